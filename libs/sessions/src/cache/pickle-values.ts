/** What a pickle of data can hold. Integers are bigint and floats number, as Python keeps them apart. */
export type Pickled = null | boolean | bigint | number | string | Buffer | Pickled[] | PickledDict | PickledObject;

export type PickledDict = Map<Pickled, Pickled>;

/**
 * Anything else, which is only named and never made: a set, an object of an application's class. It
 * stands where it stood, so that whoever meets it can say where that is.
 */
export class PickledObject {
  constructor(readonly type: string) {}
}

/** A class or function that a pickle names. */
export class PickledGlobal extends PickledObject {
  constructor(readonly path: string) {
    super(`reference to ${path}`);
  }
}

/** Python's `datetime.datetime`; `iso` as its `isoformat()` gives it. */
export class PickledDateTime extends PickledObject {
  constructor(readonly iso: string) {
    super('datetime.datetime');
  }
}

/** Python's `datetime.timedelta`. */
export class PickledDelta extends PickledObject {
  constructor(
    readonly seconds: number,
    readonly microseconds: number,
  ) {
    super('datetime.timedelta');
  }
}

/** A zone of a fixed offset from UTC. */
export class PickledZone extends PickledObject {
  constructor(readonly offsetSeconds: number) {
    super('datetime.timezone');
  }
}

export function notAPickle(why: string): SyntaxError {
  return new SyntaxError(`not a pickle of session data: ${why}`);
}
