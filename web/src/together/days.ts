/**
 * Days as people choose them, and the moments that the API keeps. A day stands for its first moment where the user is;
 * a colleague elsewhere is shown that moment with its time of day, since there it begins no day.
 */

export function dayOf(moment: string | null): string {
  if (moment === null) return "";
  const at = new Date(moment);
  const [month, day] = [at.getMonth() + 1, at.getDate()].map((each) => String(each).padStart(2, "0"));
  return `${String(at.getFullYear()).padStart(4, "0")}-${month}-${day}`;
}

/** Null for what is no day; there is no 30 February. */
export function startOfDay(day: string): string | null {
  const match = /^(\d{4})-(\d{2})-(\d{2})$/.exec(day);
  if (!match) return null;
  const at = new Date(Number(match[1]), Number(match[2]) - 1, Number(match[3]));
  const moment = Number.isNaN(at.getTime()) ? null : at.toISOString();
  return dayOf(moment) === day ? moment : null;
}

/** Whether *moment* is all that there is to say of a day where the user is. */
export function beginsADay(moment: string): boolean {
  const start = startOfDay(dayOf(moment));
  return start !== null && Date.parse(start) === Date.parse(moment);
}
