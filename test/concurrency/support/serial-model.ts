/** The data of a session, as a test sees them; null: it is gone. */
export type State = Record<string, unknown> | null;

/** Who is logged in is never put together from two requests' halves. */
export const LOGIN = ['_auth_user_id', '_auth_user_backend', '_auth_user_hash'] as const;

/**
 * What the promise comes to, without a store: every session has had one state after another, and each
 * write took the last one there was at that moment.
 */
export class SerialModel {
  readonly #histories = new Map<string, State[]>();
  /** How far into each history somebody has been told. */
  readonly #told = new Map<string, number>();

  keys(): string[] {
    return [...this.#histories.keys()];
  }

  current(key: string): State {
    return this.#histories.get(key)?.at(-1) ?? null;
  }

  /** Answers which state in a row this is. */
  commit(key: string, state: State): number {
    const history = this.#histories.get(key) ?? [];
    this.#histories.set(key, history);
    return history.push(copy(state)) - 1;
  }

  /** Somebody has been told that this state was written: whoever asks from now on must not see an older one. */
  tell(key: string, state: number): void {
    this.#told.set(key, Math.max(state, this.told(key)));
  }

  told(key: string): number {
    return this.#told.get(key) ?? 0;
  }

  /** Whether the session was in this state at some moment since `from`. */
  hasBeen(key: string, state: State, from: number): boolean {
    const history = this.#histories.get(key);
    if (!history) return state === null;
    return history.slice(from).some((past) => same(past, state));
  }
}

/** What `mine`, made from `base`, makes of what is stored now: each key that it changed, and no other. */
export function merged(base: NonNullable<State>, mine: NonNullable<State>, current: NonNullable<State>): State {
  const result = copy(current);
  for (const key of changed(base, mine)) {
    if (key in mine) result[key] = mine[key];
    else delete result[key];
  }
  return copy(result);
}

/** Whether both have changed who is logged in, and not in the same way. */
export function conflicts(base: NonNullable<State>, mine: NonNullable<State>, current: NonNullable<State>): boolean {
  const [ours, theirs] = [mine, current].map((after) =>
    changed(base, after).filter((key) => LOGIN.some((one) => one === key)),
  );
  return ours!.length > 0 && theirs!.some((key) => !ours!.includes(key) || !same(mine[key], current[key]));
}

export function copy<T>(value: T): T {
  return structuredClone(value);
}

export function same(a: unknown, b: unknown): boolean {
  return JSON.stringify(sorted(a)) === JSON.stringify(sorted(b));
}

function changed(before: NonNullable<State>, after: NonNullable<State>): string[] {
  const keys = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...keys].filter((key) => !(key in before && key in after && same(before[key], after[key])));
}

/** The order of keys says nothing. */
function sorted(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
}
