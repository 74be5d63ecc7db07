/** For tests: what every engine and every cache must do, to be run on your own. */
export type { ContractCase } from './testing/contract-case.js';
export { cacheCases } from './testing/cache-contract.js';
export { type CookieEngineUnderTest, cookieEngineCases } from './testing/cookie-engine-contract.js';
export { type EngineUnderTest, sessionEngineCases } from './testing/session-engine-contract.js';
