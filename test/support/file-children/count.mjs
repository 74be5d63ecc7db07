// Adds one to the number in a file, many times, by reading and writing; and dies with the lock now and then.
import { open, readFile, utimes, writeFile } from 'node:fs/promises';
import { whileLocked } from '../engines/file/file-lock.js';

const [path, count] = process.argv.slice(2);
for (let n = 0; n < Number(count); n++) {
  await whileLocked(path, async () => {
    await writeFile(path, String(Number(await readFile(path, 'utf8')) + 1));
  });
  if (n % 10 === 0) await die();
}

async function die() {
  try {
    await (await open(`${path}_lock`, 'wx')).close();
    const longAgo = Date.now() / 1000 - 3600;
    await utimes(`${path}_lock`, longAgo, longAgo);
  } catch (error) {
    // Another has it; then there is nothing to die with.
    if (!['EEXIST', 'ENOENT'].includes(error.code)) throw error;
  }
}
