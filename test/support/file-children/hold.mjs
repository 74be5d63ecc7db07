// Takes the lock of a file and keeps it.
import { whileLocked } from '../engines/file/file-lock.js';

const [path] = process.argv.slice(2);
await whileLocked(path, async () => {
  console.log('held');
  await new Promise((resolve) => setTimeout(resolve, 3_600_000));
});
