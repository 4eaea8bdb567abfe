/** "Saturday, 21 November 2026, 14:05" in the owner's timezone. */
export function inWords(timestamp: number, timeZone: string): string {
  return `${dayInWords(timestamp, timeZone)}, ${clock(timestamp, timeZone)}`;
}

/** "Saturday, 21 November 2026" */
export function dayInWords(timestamp: number, timeZone: string): string {
  return new Intl.DateTimeFormat('en-GB', { dateStyle: 'full', timeZone })
    .format(timestamp)
    .replace(/^(\w+) (?=\d)/, '$1, ');
}

/** "14:05" */
export function clock(timestamp: number, timeZone: string): string {
  return new Intl.DateTimeFormat('en-GB', { timeStyle: 'short', timeZone }).format(timestamp);
}

/** "2026-11-21" */
export function isoDay(timestamp: number, timeZone: string): string {
  return new Intl.DateTimeFormat('en-CA', { dateStyle: 'short', timeZone }).format(timestamp);
}

/** "3 hours", "2 days": the largest whole unit. */
export function durationInWords(ms: number): string {
  const minutes = Math.floor(ms / 60_000);
  const [amount, unit] =
    minutes < 60
      ? [minutes, 'minute']
      : minutes < 48 * 60
        ? [Math.floor(minutes / 60), 'hour']
        : [Math.floor(minutes / (24 * 60)), 'day'];
  return `${amount} ${unit}${amount === 1 ? '' : 's'}`;
}
