// Sets keys of its own in one session, in one request each.
import { Session } from '../core/session.js';
import { storeIn } from './store.mjs';

const [folder, key, name, count] = process.argv.slice(2);
const store = storeIn(folder);
for (let n = 0; n < Number(count); n++) {
  const session = await new Session(store, key).load();
  session.set(`${name}${n}`, n);
  await session.save();
}
