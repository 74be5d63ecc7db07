import { fromIsoText } from '../core/iso-time.js';
import {
  notAPickle,
  type Pickled,
  PickledDateTime,
  PickledDelta,
  PickledGlobal,
  PickledObject,
  PickledZone,
} from './pickle-values.js';

/** Calls whose outcome is data. They are imitated; nothing that a pickle names is ever called. */
const MODELS: Record<string, (args: Pickled[]) => Pickled | undefined> = {
  'datetime.datetime': dateTime,
  'datetime.timedelta': delta,
  'datetime.timezone': zone,
  // The UTC of Django 3.2 under its default settings.
  'pytz._UTC': () => new PickledZone(0),
  // How protocol 2 writes bytes.
  '_codecs.encode': ([text, encoding]) =>
    typeof text === 'string' && encoding === 'latin1' ? Buffer.from(text, 'latin1') : undefined,
};

/** A name as it may stand in a message, whatever bytes it was made of. */
export function globalPath(module: Pickled | undefined, name: Pickled | undefined): string {
  if (typeof module !== 'string' || typeof name !== 'string') throw notAPickle('a global has no name');
  return `${module}.${name}`.slice(0, 100).replace(/[^\w.<>-]/g, '?');
}

/** What stands for `callable(*args)`. */
export function reduced(callable: Pickled | undefined, args: Pickled | undefined): Pickled {
  if (!(callable instanceof PickledObject)) throw notAPickle('something is called that is no function');
  if (!(callable instanceof PickledGlobal)) return new PickledObject(callable.type);
  const model = Object.hasOwn(MODELS, callable.path) ? MODELS[callable.path] : undefined;
  return (Array.isArray(args) && model?.(args)) || new PickledObject(callable.path);
}

function delta([days, seconds, microseconds]: Pickled[]): PickledDelta | undefined {
  const parts = [days, seconds, microseconds].map((part) => (typeof part === 'bigint' ? Number(part) : NaN));
  if (!parts.every(Number.isSafeInteger)) return undefined;
  return new PickledDelta(parts[0]! * 86_400 + parts[1]!, parts[2]!);
}

function zone([offset]: Pickled[]): PickledZone | undefined {
  const fits = offset instanceof PickledDelta && offset.microseconds === 0 && Math.abs(offset.seconds) < 86_400;
  return fits ? new PickledZone(offset.seconds) : undefined;
}

/** Ten bytes: year (two), month (with a flag above it), day, hour, minute, second, microseconds (three). */
function dateTime([bytes, tzinfo]: Pickled[]): PickledDateTime | undefined {
  if (!Buffer.isBuffer(bytes) || bytes.length !== 10) return undefined;
  if (tzinfo !== undefined && !(tzinfo instanceof PickledZone)) return undefined;
  const [month, day, ...time] = [bytes[2]! & 0x7f, ...bytes.subarray(3, 7)].map((part) => padded(part));
  const micros = bytes.readUIntBE(7, 3);
  const fraction = micros === 0 ? '' : `.${padded(micros, 6)}`;
  const wall = `${padded(bytes.readUInt16BE(0), 4)}-${month}-${day}T${time.join(':')}${fraction}`;
  if (micros > 999_999 || fromIsoText(`${wall}Z`, 'UTC') === null) return undefined;
  return new PickledDateTime(tzinfo === undefined ? wall : wall + offsetText(tzinfo.offsetSeconds));
}

function offsetText(offset: number): string {
  const seconds = Math.abs(offset);
  const parts = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, ...(seconds % 60 ? [seconds % 60] : [])];
  return (offset < 0 ? '-' : '+') + parts.map((part) => padded(part)).join(':');
}

function padded(value: number, width = 2): string {
  return String(value).padStart(width, '0');
}
