/** For tests: what every engine must do, to be run on your own. */
export type { ContractCase } from './testing/contract-case.js';
export { type EngineUnderTest, sessionEngineCases } from './testing/session-engine-contract.js';
