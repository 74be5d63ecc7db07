import type { SessionView } from './session-view.js';

/** What a view has of its own, as express-session's sessions have. Data under these names are out of its reach. */
export const RESERVED = [
  'id',
  'cookie',
  'regenerate',
  'save',
  'destroy',
  'reload',
  'touch',
  'resetMaxAge',
] as const satisfies (keyof SessionView)[];

/** What callers ask of any object. No name of data leads here, and nobody can add to it. */
const PROTOTYPE: object = Object.freeze(
  Object.create(
    null,
    Object.fromEntries(
      ['hasOwnProperty', 'isPrototypeOf', 'propertyIsEnumerable', 'toLocaleString', 'toString', 'valueOf'].map(
        (name) => [name, { value: Reflect.get(Object.prototype, name) as unknown }],
      ),
    ),
  ) as object,
);

type Reserved = (typeof RESERVED)[number];

function isReserved(name: string | symbol): name is Reserved {
  return (RESERVED as readonly (string | symbol)[]).includes(name);
}

function isData(view: SessionView, name: string | symbol): name is string {
  return typeof name === 'string' && !isReserved(name) && Object.hasOwn(view.data, name);
}

function mustBeData(name: string | symbol): asserts name is string {
  if (typeof name === 'symbol') throw new TypeError('request.session keeps its data under texts, not symbols');
  if (isReserved(name)) {
    throw new TypeError(`request.session.${name} is the session's own; keep data under another name than "${name}"`);
  }
}

/** The traps of every view: members are the session's data, and what is reserved lies beside them. */
export const VIEW_HANDLER: ProxyHandler<SessionView> = {
  get(view, name) {
    if (isReserved(name)) return view[name];
    return isData(view, name) ? view.data[name] : Reflect.get(PROTOTYPE, name);
  },

  set(view, name, value, receiver) {
    // Of an object that was made from the view, the member is that object's own.
    if (receiver !== view.proxy) {
      return Reflect.defineProperty(receiver as object, name, {
        value,
        writable: true,
        enumerable: true,
        configurable: true,
      });
    }
    mustBeData(name);
    view.put(name, value);
    return true;
  },

  has: (view, name) => isReserved(name) || isData(view, name) || Reflect.has(PROTOTYPE, name),

  deleteProperty(view, name) {
    if (isReserved(name)) mustBeData(name);
    if (isData(view, name)) view.remove(name);
    return true;
  },

  ownKeys: (view) => Object.keys(view.data).filter((name) => !isReserved(name)),

  getOwnPropertyDescriptor: (view, name) =>
    isData(view, name) ? { value: view.data[name], writable: true, enumerable: true, configurable: true } : undefined,

  defineProperty(view, name, { value, get, set, writable, enumerable, configurable }) {
    mustBeData(name);
    if (get || set || [writable, enumerable, configurable].includes(false)) {
      throw new TypeError(`request.session.${name} can be no more than a value, which is kept`);
    }
    view.put(name, value);
    return true;
  },

  getPrototypeOf: () => PROTOTYPE,
  setPrototypeOf: () => false,
  preventExtensions: () => false,
};
