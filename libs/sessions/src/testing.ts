/** For tests: visitors with sessions, engines and clocks that obey, and what every engine and every cache must do. */
export { type AgentOptions, type AgentRequest, sessionAgent, type SessionAgent } from './testing/session-agent.js';
export { sessionCookie, type SessionCookieOptions } from './testing/session-cookie.js';
export { type DjangoUser, loginAs, type LoginOptions, type PassportUser } from './testing/login-as.js';
export type { SessionsApplication } from './testing/sessions-of.js';

export { memoryEngine, type MemoryEngine } from './testing/memory-engine.js';
export { type Counting, type CountingEngine, countingEngine, type EngineCounts } from './testing/counting-engine.js';
export { type Failing, type FailingEngine, failingEngine, type HeldCall } from './testing/failing-engine.js';
export type { EngineMethod } from './testing/around-engine.js';
export { type EngineChoice, overrideEngine } from './testing/override-engine.js';

export { SESSION_CLOCK } from './nest/sessions.constants.js';
export { type ClockTick, TestClock } from './testing/test-clock.js';

export type { ContractCase } from './testing/contract-case.js';
export { cacheCases } from './testing/cache-contract.js';
export { type CookieEngineUnderTest, cookieEngineCases } from './testing/cookie-engine-contract.js';
export { type EngineUnderTest, sessionEngineCases } from './testing/session-engine-contract.js';
