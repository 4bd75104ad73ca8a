/** Where a chat stands in the list: pure. */

const DAY = 86_400_000;
const WEEK_DAYS = 7;
const MONTH_DAYS = 30;

/** The group of a chat last touched at a moment; the server divides the list the same way. */
export function groupKey(moment: Date, now: Date): string {
  const days = Math.round((startOf(now) - startOf(moment)) / DAY);
  if (days <= 0) {
    return "today";
  }
  if (days === 1) {
    return "yesterday";
  }
  if (days < WEEK_DAYS) {
    return "week";
  }
  if (days < MONTH_DAYS) {
    return "month";
  }
  return `${moment.getFullYear()}-${String(moment.getMonth() + 1).padStart(2, "0")}`;
}

function startOf(moment: Date): number {
  return new Date(moment.getFullYear(), moment.getMonth(), moment.getDate()).getTime();
}

/** Before which of these moments, newest first, another one stands; -1: after all. */
export function placeAmong(moments: readonly number[], fresh: number): number {
  return moments.findIndex((moment) => moment <= fresh);
}
