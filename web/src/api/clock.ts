/**
 * The server's clock, as far as the page can know it. A lock ends by the server's clock; on a machine whose own is
 * minutes off, the time that is left would be wrong by as much.
 */

let ahead = 0;

/** Learns from an answer, whose `Date` is in whole seconds; what is within that is no difference. */
export function learnFrom(response: Response, receivedAt = Date.now()): void {
  const said = Date.parse(response.headers.get("date") ?? "");
  if (Number.isNaN(said)) return;
  const difference = said - receivedAt;
  ahead = Math.abs(difference) > 2_000 ? difference : 0;
}

export function serverNow(): number {
  return Date.now() + ahead;
}
