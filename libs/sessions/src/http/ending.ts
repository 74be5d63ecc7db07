/** What is known of a request when its answer is about to leave. */
export interface RequestOutcome {
  /** The visitor sent a cookie of our name, whatever its value. */
  cookieSent: boolean;
  empty: boolean;
  accessed: boolean;
  modified: boolean;
  /** Something was stored under another key than the visitor sent. */
  keyChanged: boolean;
  status: number;
}

/**
 * How the session ends with this answer. `save` includes sending the cookie; `announce` sends it
 * without saving; `drop` removes it.
 */
export interface Ending {
  action: 'save' | 'announce' | 'drop' | 'none';
  vary: boolean;
}

/** Each way to end, made once: this is asked several times of every request. */
export const ENDINGS = {
  save: { action: 'save', vary: true },
  announce: { action: 'announce', vary: true },
  drop: { action: 'drop', vary: true },
  lookedAt: { action: 'none', vary: true },
  nothing: { action: 'none', vary: false },
} as const satisfies Record<string, Ending>;

/** Django's rules for the end of a request, all of them. `renew`: to be saved even if it was not modified. */
export function decideEnding(outcome: RequestOutcome, renew: boolean): Ending {
  const { cookieSent, empty, accessed, modified, keyChanged, status } = outcome;
  if (cookieSent && empty) return ENDINGS.drop;
  if (!empty && (modified || renew) && status < 500) return ENDINGS.save;
  // The store knows the visitor by a new key already: not telling would lock them out.
  if (!empty && keyChanged) return ENDINGS.announce;
  return accessed ? ENDINGS.lookedAt : ENDINGS.nothing;
}
