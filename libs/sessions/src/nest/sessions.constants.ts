/** Provider tokens. Override them in a testing module to put another part in place. */
export const SESSIONS_SETTINGS = 'SESSIONS:SETTINGS';
export const SESSION_STORE = 'SESSIONS:STORE';
export const SESSION_CLOCK = 'SESSIONS:CLOCK';
/** The engine without Django's signature around it, and whose it is. */
export const ENGINE_IN_USE = 'SESSIONS:ENGINE_IN_USE';
