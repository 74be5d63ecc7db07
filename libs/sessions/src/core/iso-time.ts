/**
 * Python's ISO text of an instant in UTC: six digits of fraction only where there are any, `+00:00`
 * and never `Z`, which Python before 3.11 cannot read. `instant` in milliseconds, with fraction.
 */
export function toIsoText(instant: number): string {
  return `${toDateTimeText(instant, 'T')}+00:00`;
}

/** `YYYY-MM-DD HH:MM:SS[.ffffff]` in UTC, as Django's SQLite and MySQL columns hold it. */
export function toDateTimeText(instant: number, separator = ' '): string {
  const micros = Math.round((instant - Math.floor(instant / 1000) * 1000) * 1000);
  const seconds = Math.floor(instant / 1000) + (micros === 1_000_000 ? 1 : 0);
  const text = new Date(seconds * 1000).toISOString().slice(0, 19).replace('T', separator);
  const fraction = micros % 1_000_000;
  return fraction === 0 ? text : `${text}.${String(fraction).padStart(6, '0')}`;
}

const ISO =
  /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?(Z|[+-]\d\d(?::?\d\d)?(?::?\d\d)?)?)?$/;

/**
 * The instant an ISO text names, in milliseconds with fraction, or null when it is none.
 * A text without an offset is read as local time of `timeZone` (an IANA name).
 */
export function fromIsoText(text: string, timeZone: string): number | null {
  const match = ISO.exec(text);
  if (!match) return null;
  const [year, month, day, hour, minute, second] = match.slice(1, 7).map((part) => Number(part ?? 0));
  // Not Date.UTC, to which the years before 100 are those of the twentieth century.
  const wall = new Date(0).setUTCFullYear(year!, month! - 1, day!) + (hour! * 3600 + minute! * 60 + second!) * 1000;
  const check = new Date(wall);
  if (check.getUTCMonth() !== month! - 1 || check.getUTCDate() !== day || hour! > 23 || minute! > 59 || second! > 59) {
    return null;
  }
  const fraction = match[7] ? Number(`0.${match[7].slice(0, 6)}`) * 1000 : 0;
  const offset = match[8] === undefined ? zoneOffset(wall, timeZone) : readOffset(match[8]);
  return wall - offset + fraction;
}

function readOffset(text: string): number {
  if (text === 'Z') return 0;
  const digits = text.slice(1).replaceAll(':', '').padEnd(6, '0');
  const seconds = Number(digits.slice(0, 2)) * 3600 + Number(digits.slice(2, 4)) * 60 + Number(digits.slice(4, 6));
  return (text.startsWith('-') ? -seconds : seconds) * 1000;
}

/** How far the zone's clocks are ahead of UTC when they show this wall time; the earlier one where two do. */
function zoneOffset(wall: number, timeZone: string): number {
  const before = offsetAt(wall - 86_400_000, timeZone);
  return offsetAt(wall - before, timeZone) === before ? before : offsetAt(wall - offsetAt(wall, timeZone), timeZone);
}

function offsetAt(instant: number, timeZone: string): number {
  const format = new Intl.DateTimeFormat('en-US', { timeZone, timeZoneName: 'longOffset' });
  const name = format.formatToParts(instant).find((part) => part.type === 'timeZoneName')!.value;
  return name === 'GMT' ? 0 : readOffset(name.slice(3));
}
