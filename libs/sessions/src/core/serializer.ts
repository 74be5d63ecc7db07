/** Session data as handed out: a null-prototype object, so that no key can reach a prototype. */
export type Data = Record<string, unknown>;

/**
 * Turns session data into text and back. Django: SESSION_SERIALIZER.
 * `loads` throws on text it cannot read; the caller treats that as a corrupted session.
 */
export interface SessionSerializer {
  dumps(data: Data): string;
  loads(text: string): Data;
  /**
   * The same for whoever only looks, where that is quicker: written out again, what it answers may differ from the
   * text. Default: `loads`.
   */
  peek?(text: string): Data;
  /** What `loads` makes of a text, by what `peek` has made of it, untouched since. */
  settle?(peeked: Data, text: string): Data;
  /**
   * Throws `SessionValueError` when `data[key]` would not come back as it is. Called as soon as a
   * value is set, and again before saving. A serializer without it takes every value.
   */
  check?(data: Data, key: string): void;
}

/**
 * Lets a serializer of the user's write any text: the codec carries bytes, and Django's own JSON is
 * ASCII, so text beyond it travels as UTF-8.
 */
export function inBytes(serializer: SessionSerializer): SessionSerializer {
  return {
    dumps: (data) => Buffer.from(serializer.dumps(data), 'utf8').toString('latin1'),
    loads: (text) => serializer.loads(Buffer.from(text, 'latin1').toString('utf8')),
    ...(serializer.check && { check: (data: Data, key: string) => serializer.check!(data, key) }),
  };
}
