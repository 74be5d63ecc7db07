import type { SessionsOptions } from './sessions.options.js';

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** What a preset stands for; an option that is given beside it counts instead. */
type Preset = Pick<
  SessionsOptions,
  'cookieAge' | 'absoluteAge' | 'touchEvery' | 'cookieSecure' | 'expireAtBrowserClose'
>;

/**
 * Idle and absolute times by name: OWASP's session management cheat sheet, for applications of high and
 * low value, and the assurance levels of NIST SP 800-63B-4. The idle time is counted from the last
 * request that used the session, as `touchEvery` sees it: never longer, at most a tenth shorter.
 */
export const PRESETS = {
  'owasp-high': timeouts(5 * MINUTE, 4 * HOUR, { expireAtBrowserClose: true }),
  'owasp-low': timeouts(30 * MINUTE, 8 * HOUR, { expireAtBrowserClose: true }),
  // No idle time is asked for: a session lives as long as it may at all.
  aal1: timeouts(30 * DAY, 30 * DAY),
  aal2: timeouts(1 * HOUR, 24 * HOUR),
  aal3: timeouts(15 * MINUTE, 12 * HOUR),
} satisfies Record<string, Preset>;

export type PresetName = keyof typeof PRESETS;
export const PRESET_NAMES = Object.keys(PRESETS) as PresetName[];

function timeouts(cookieAge: number, absoluteAge: number, further: Preset = {}): Preset {
  return { cookieAge, absoluteAge, touchEvery: cookieAge / 10, cookieSecure: true, ...further };
}
