import { constants, link, open, unlink } from 'node:fs/promises';

/** What is in a session's file, and when it was put there (milliseconds since the epoch). */
export interface SessionFile {
  payload: string;
  modifiedAt: number;
}

/** Without O_NONBLOCK, a named pipe in the place of a file would hold a thread for ever. */
const READ = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0);

/** Null: there is no such file, or it is something else than a file. */
export async function readSessionFile(path: string): Promise<SessionFile | null> {
  const file = await unless('ENOENT', open(path, READ));
  if (!file) return null;
  try {
    const stat = await file.stat();
    if (!stat.isFile()) return null;
    // Not file.readFile(), which asks for the size again, and reads again to meet the end.
    const bytes = Buffer.alloc(stat.size);
    for (let filled = 0; filled < stat.size;) {
      const { bytesRead } = await file.read(bytes, filled);
      if (bytesRead === 0) return null;
      filled += bytesRead;
    }
    return { payload: bytes.toString('utf8'), modifiedAt: stat.mtimeMs };
  } finally {
    await file.close();
  }
}

/**
 * Writes a file that is complete before it gets the name it is read under. Its date is set by our
 * clock, since sessions are aged by it, and not by the clock of a file server. Mode 0600, as Django's.
 */
export async function writeNewFile(path: string, text: string, now: number): Promise<void> {
  const file = await open(path, 'wx', 0o600);
  try {
    try {
      await file.writeFile(text, 'utf8');
      await file.utimes(now / 1000, now / 1000);
      // Else a machine that loses its power may have the name without the content.
      await file.sync();
    } finally {
      await file.close();
    }
  } catch (error) {
    await removeFile(path);
    throw error;
  }
}

/** Gives a file a second name, in one atomic step. False: that name is taken. */
export async function linkFile(path: string, name: string): Promise<boolean> {
  return (
    (await unless(
      'EEXIST',
      link(path, name).then(() => true),
    )) === true
  );
}

/** False: there was none. */
export async function removeFile(path: string): Promise<boolean> {
  return (
    (await unless(
      'ENOENT',
      unlink(path).then(() => true),
    )) === true
  );
}

/** The outcome, or null where the system refuses for this reason. */
export async function unless<T>(code: string, outcome: Promise<T>): Promise<T | null> {
  try {
    return await outcome;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === code) return null;
    throw error;
  }
}
