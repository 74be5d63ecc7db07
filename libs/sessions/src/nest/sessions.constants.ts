/** Provider tokens. Override them in a testing module to put another part in place. */
export const SESSIONS_SETTINGS = 'SESSIONS:SETTINGS';
export const SESSION_STORE = 'SESSIONS:STORE';
export const SESSION_CLOCK = 'SESSIONS:CLOCK';
/** The name of the module, or null. */
export const SESSIONS_NAME = 'SESSIONS:NAME';
/** The module's own `SessionsService`, whatever its name. */
export const SESSIONS_SERVICE = 'SESSIONS:OWN_SERVICE';
/** What keeps track of users, or null. */
export const USERS_IN_USE = 'SESSIONS:USERS_IN_USE';
/** The engine without Django's signature around it, and whose it is. */
export const ENGINE_IN_USE = 'SESSIONS:ENGINE_IN_USE';
/** Seconds between two looks for sessions of open sockets that have ended elsewhere. */
export const SESSION_WATCH_EVERY = 'SESSIONS:WATCH_EVERY';
