export { SessionsModule } from './nest/sessions.module.js';
export type { SessionsModuleExtras } from './nest/sessions.module-definition.js';
export { type ClearSessionsOptions, SessionsOptions } from './nest/sessions.options.js';
export type { CacheOptions } from './nest/cache-options.js';
export { getSessionsToken, InjectSessions } from './nest/inject-sessions.js';
export { SessionsService } from './nest/sessions.service.js';
export {
  ReauthenticationRequiredException,
  RecentlyAuthenticated,
  RecentlyAuthenticatedGuard,
} from './nest/recently-authenticated.js';
export type { SessionOfUser, SessionsOfUser } from './nest/sessions-of-user.js';
export type { UserSessionsOptions } from './nest/user-sessions-options.js';
export type { UserIndex } from './core/user-index.js';
export type { UserOf } from './core/user-of.js';
export type { PresetName } from './nest/presets.js';
export type { SocketClient, SocketHandshake } from './nest/socket-client.js';
export type { ConnectOptions } from './nest/socket-sessions.js';
export { SessionInterceptor } from './nest/session.interceptor.js';
export type { ExpressSession } from './http/express-session/express-session.js';
export { Session, type SessionParameter } from './nest/session.decorator.js';
export {
  SessionConflictException,
  SessionInterruptedError,
  SessionStoreUnavailableException,
} from './nest/http-errors.js';

export type { ExpiryOptions, SessionData, SessionShape } from './core/session.js';
export type { SessionDuration, SessionExpiry } from './core/session-expiry.js';
export type { Data, SessionSerializer } from './core/serializer.js';
export type { SessionOf, SessionUpgrade } from './core/session-schema.js';
export type { StandardSchemaV1 } from './core/standard-schema.js';
export { jsonSerializer } from './core/json-serializer.js';
export type { ClearExpiredOptions, SavedSession, SessionEngine, StoredSession } from './core/session-engine.js';
export { claimSessionKey, isSessionKey, newSessionKey } from './core/session-key.js';
export type { Cache, CacheEntry, CacheWrite } from './cache/cache.js';
export { sessionAuthHash, verifySessionAuthHash } from './core/session-auth-hash.js';
export * from './core/errors.js';
