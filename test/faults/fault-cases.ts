import { describe } from '@jest/globals';
import { cutCases, strandCases } from './cases/broken-connection.js';
import { fullCases } from './cases/full.js';
import { outageCases } from './cases/outage.js';
import { emptyRestartCases, restartCases } from './cases/restart.js';
import { slowCases } from './cases/slow.js';
import { Scene } from './support/scene.js';
import type { StoreUnderFault } from './support/store-under-fault.js';

/** What can happen to a store, and how it is made. */
export interface StoreToTest {
  open(): Promise<StoreUnderFault>;
  /** Servers can hang and networks can fail; a disk just fails. */
  hasServer: boolean;
  /** Whether it refuses what does not fit, and leaves the rest as it is. */
  canBeFull: boolean;
  isEmptyAfterRestart?: boolean;
  answersToLogIn?: number;
}

/**
 * What visitors meet when the one store of their sessions fails: an answer that says so, and never a
 * session that is empty. That nothing is thrown to nobody is seen to by Jest, which fails a test for
 * an unhandled rejection and for an 'error' event without a listener.
 */
export function faultCases({ open, hasServer, canBeFull, isEmptyAfterRestart, answersToLogIn }: StoreToTest): Scene {
  const scene = Scene.on(open);
  describe('the store is stopped', () => outageCases(scene, 'stopped'));
  if (canBeFull) fullCases(scene);
  if (!hasServer) return scene;
  describe('the store hangs', () => outageCases(scene, 'paused'));
  slowCases(scene);
  if (isEmptyAfterRestart) emptyRestartCases(scene);
  else restartCases(scene);
  cutCases(scene, answersToLogIn);
  strandCases(scene);
  return scene;
}
