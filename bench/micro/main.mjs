import { pathToFileURL } from 'node:url';
import { answerWith } from '../processes/answer-with.mjs';
import { payloadOf } from '../servers/payload.mjs';
import { ourSteps } from './our-steps.mjs';
import { bareSteps, peerSteps } from './peer-steps.mjs';
import { compare } from './stopwatch.mjs';

// What the steps of a session take, without any server: ours, the peers', and what no library can do without.
await answerWith(async ({ library, rounds }) => {
  const load = (part) => import(pathToFileURL(`${library}/${part}.js`).href);
  const tables = {};
  for (const bytes of [300, 1000, 20_000]) {
    const data = { n: 1, payload: payloadOf(bytes) };
    const steps = { ...(await ourSteps(load, data)), ...bareSteps(data), ...(await peerSteps(data)) };
    tables[bytes] = await compare(steps, rounds);
  }
  return tables;
});
