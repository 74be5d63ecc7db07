import { setTimeout as pause } from 'node:timers/promises';
import { contender } from './contenders.mjs';
import { ANSWERS } from './answers.mjs';

// One contender, in a process of its own: listens, says where, and answers the questions of whoever measures.
const [id, settings] = process.argv.slice(2);
const application = await contender(id).start(JSON.parse(settings));

process.on('message', async ({ question, ...details }) => {
  process.send({ question, answer: await ANSWERS[question](details) });
});
process.on('disconnect', () => process.exit());
process.once('SIGTERM', async () => {
  await Promise.race([application.close().catch(() => {}), pause(2000)]);
  process.exit();
});
process.send({ question: 'listening', answer: application.getHttpServer().address().port });
