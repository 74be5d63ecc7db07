export { SessionsModule } from './nest/sessions.module.js';
export type { SessionsModuleExtras } from './nest/sessions.module-definition.js';
export { type ClearSessionsOptions, SessionsOptions } from './nest/sessions.options.js';
export type { CacheOptions } from './nest/cache-options.js';
export { SessionsService } from './nest/sessions.service.js';
export { SessionInterceptor } from './nest/session.interceptor.js';
export { Session } from './nest/session.decorator.js';
export {
  SessionConflictException,
  SessionInterruptedError,
  SessionStoreUnavailableException,
} from './nest/http-errors.js';

export type { ExpiryOptions, SessionData, SessionShape } from './core/session.js';
export type { SessionDuration, SessionExpiry } from './core/session-expiry.js';
export type { Data, SessionSerializer } from './core/serializer.js';
export { jsonSerializer } from './core/json-serializer.js';
export type { ClearExpiredOptions, SavedSession, SessionEngine, StoredSession } from './core/session-engine.js';
export { claimSessionKey, isSessionKey, newSessionKey } from './core/session-key.js';
export type { Cache, CacheEntry, CacheWrite } from './cache/cache.js';
export { sessionAuthHash, verifySessionAuthHash } from './core/session-auth-hash.js';
export * from './core/errors.js';
