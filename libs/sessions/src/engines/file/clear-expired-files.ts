import { lstat, opendir } from 'node:fs/promises';
import { join } from 'node:path';
import type { ClearExpiredOptions } from '../../core/session-engine.js';
import { breakLockOlderThan, whileLocked } from './file-lock.js';
import { readSessionFile, removeFile, type SessionFile, unless } from './session-file.js';
import type { FileKind, SessionFileNames } from './session-file-names.js';

/** How many files are open at once, however many there are. */
const AT_ONCE = 16;
/** Nothing that is still being written is this old (milliseconds). */
const LEFTOVER = 3_600_000;

/**
 * Goes through the folder entry by entry, and deletes the expired sessions and what crashes have left
 * lying about. Answers how many sessions went. A file that cannot be dealt with does not keep the
 * others from being; the first such failure is thrown at the end.
 */
export async function clearExpiredFiles(names: SessionFileNames, options: ClearExpiredOptions): Promise<number> {
  let cleared = 0;
  const failures: unknown[] = [];
  const running = new Set<Promise<void>>();
  for await (const { name } of await opendir(names.folder, { bufferSize: AT_ONCE * 4 })) {
    const kind = names.kindOf(name);
    if (kind === 'other') continue;
    const task: Promise<void> = clear(kind, join(names.folder, name), options)
      .then(
        (wasSession) => void (cleared += Number(wasSession)),
        (error: unknown) => void failures.push(error),
      )
      .finally(() => running.delete(task));
    running.add(task);
    if (running.size >= AT_ONCE) await Promise.race(running);
  }
  await Promise.all(running);
  if (failures.length > 0) throw failures[0];
  return cleared;
}

/** Whether it was a session, and is gone. */
async function clear(kind: Exclude<FileKind, 'other'>, path: string, options: ClearExpiredOptions): Promise<boolean> {
  const moment = options.now - LEFTOVER;
  if (kind === 'lock') await breakLockOlderThan(path, moment);
  if (kind === 'temporary') {
    const stat = await unless('ENOENT', lstat(path));
    if (stat && stat.mtimeMs < moment) await removeFile(path);
  }
  if (kind !== 'session' || !isOfNoUse(await readSessionFile(path), options)) return false;
  // It may have been saved, or ended, since it was read.
  return whileLocked(path, async (assertHeld) => {
    if (!isOfNoUse(await readSessionFile(path), options)) return false;
    assertHeld();
    return removeFile(path);
  });
}

/**
 * Whether nobody would serve this session any more: neither we nor Django. To us a number of seconds in
 * `_session_expiry` begins when the session was saved; to Django, at every look at it, so there it never
 * ends. Such a file stays, as it does under Django.
 */
function isOfNoUse(file: SessionFile | null, options: ClearExpiredOptions): boolean {
  if (!file) return false;
  // Django makes a session's file before it fills it; only after a while is it a leftover.
  if (file.payload === '' && file.modifiedAt >= options.now - LEFTOVER) return false;
  if (!options.isExpired(file)) return false;
  const expiry = options.ownExpiry?.(file);
  return !(expiry === true || (typeof expiry === 'number' && expiry > 0));
}
