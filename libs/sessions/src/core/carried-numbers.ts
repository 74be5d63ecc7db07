/**
 * JSON texts hold numbers that a double cannot: integers beyond 2^53, and Python's `1.0`, `NaN` and
 * `1e+16`. What a handler only carries must go back as it came, so the text of each such number is
 * remembered beside the object or array that holds it, and used again while the value is the same.
 */
interface Carried {
  tokens?: Map<string, string>;
  /** The order of the members, where JavaScript would change it (number-like keys come first there). */
  order?: string[];
}

const carriedBy = new WeakMap<object, Carried>();
const roots = new WeakSet<object>();

export function carry(holder: object, key: string, token: string): void {
  const carried = carriedBy.get(holder) ?? {};
  (carried.tokens ??= new Map()).set(key, token);
  carriedBy.set(holder, carried);
}

export function carryOrder(holder: object, order: string[]): void {
  carriedBy.set(holder, { ...carriedBy.get(holder), order });
}

/** Says that somewhere inside this object something is carried, so that writing it must look. */
export function markRoot(root: object): void {
  roots.add(root);
}

export function carriesNumbers(root: object): boolean {
  return roots.has(root);
}

/** The number's own text, if it is still the number that was read. */
export function tokenOf(holder: object, key: string, value: unknown): string | undefined {
  const token = carriedBy.get(holder)?.tokens?.get(key);
  return token !== undefined && Object.is(Number(token), value) ? token : undefined;
}

/** The members' names, first as they were read, then what came later; undefined where JavaScript's order is theirs. */
export function carriedOrder(holder: object): string[] | undefined {
  const order = carriedBy.get(holder)?.order;
  return order && [...new Set([...order.filter((key) => Object.hasOwn(holder, key)), ...Object.keys(holder)])];
}

/** Has data that were made of others carry what the members they share carried. */
export function carryOver(from: Record<string, unknown>, to: Record<string, unknown>): void {
  if (!roots.has(from)) return;
  roots.add(to);
  for (const key of Object.keys(to)) {
    const token = tokenOf(from, key, to[key]);
    if (token !== undefined) carry(to, key, token);
  }
}

/** An object with this one member, which carries what the member carried. */
export function only<D extends Record<string, unknown>>(data: D, key: string): Record<string, unknown> {
  const single: Record<string, unknown> = Object.create(null);
  single[key] = data[key];
  if (roots.has(data)) {
    roots.add(single);
    const token = tokenOf(data, key, data[key]);
    if (token !== undefined) carry(single, key, token);
  }
  return single;
}
