// Writes a session over and over, long and short by turns, and says so each time. Ends when it is gone.
import { FileEngine } from '../engines/file/file-engine.js';

const [folder, key] = process.argv.slice(2);
const engine = new FileEngine({ folder });
for (let n = 0; ; n++) {
  const payload = `${String(n % 10).repeat(n % 2 === 0 ? 200_000 : 10)}.`;
  if ((await engine.save(key, payload, 0)) === null) break;
  console.log(n);
}
