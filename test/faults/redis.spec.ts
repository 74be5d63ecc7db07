import { describe } from '@jest/globals';
import { programOrSkip } from '../support/own-server.js';
import { outageCases } from './cases/outage.js';
import { faultCases } from './fault-cases.js';
import { patientRedisStore, redisStore } from './support/redis-store.js';
import { Scene } from './support/scene.js';

const describeRedis = programOrSkip('redis-server');

describeRedis('sessions in a cache on Redis', () => {
  faultCases({ open: redisStore, hasServer: true, canBeFull: true, isEmptyAfterRestart: true });
});

describeRedis("sessions in a cache on Redis, through a client of the application's", () => {
  const scene = Scene.on(patientRedisStore);
  // Such a client keeps what it could not send, and sends it when it can.
  describe('the store is stopped', () => outageCases(scene, 'stopped', true));
  describe('the store hangs', () => outageCases(scene, 'paused'));
});
