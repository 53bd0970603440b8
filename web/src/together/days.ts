/** Days as people choose them, and the moments that the API keeps: a day begins at midnight where the user is. */

export function dayOf(moment: string | null): string {
  if (moment === null) return "";
  const at = new Date(moment);
  const [month, day] = [at.getMonth() + 1, at.getDate()].map((each) => String(each).padStart(2, "0"));
  return `${at.getFullYear()}-${month}-${day}`;
}

export function startOfDay(day: string): string | null {
  const match = /^(\d{4})-(\d{2})-(\d{2})$/.exec(day);
  if (!match) return null;
  const at = new Date(Number(match[1]), Number(match[2]) - 1, Number(match[3]));
  return Number.isNaN(at.getTime()) ? null : at.toISOString();
}
