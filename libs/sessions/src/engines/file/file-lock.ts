import { lstat, open } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { removeFile, unless } from './session-file.js';

/** How long, in milliseconds. */
export interface LockTimes {
  /** A lock that one sees unchanged for this long has lost its holder; it is held for a millisecond at most of times. */
  lease: number;
  /** Whoever cannot have the lock for this long gives up. */
  patience: number;
}

const TIMES: LockTimes = { lease: 10_000, patience: 25_000 };
/** The date of a lock this old says by itself that it has lost its holder, clocks that differ a little allowed for. */
const ABANDONED = 60_000;

/** Who waits in this process for which file, so that only one of them at a time asks the disk. */
const queues = new Map<string, Promise<unknown>>();

/**
 * Does some work while nobody else who asks for it, in this process or another, works on the same
 * file. `assertHeld` throws once the lock may have been taken away because the work took too long: to
 * be called right before the step that changes something. Throws when the lock is not to be had.
 *
 * The lock is an empty file beside the other, `<path>_lock`; Django takes it for nothing. When a
 * process dies with it, the next one who waits removes it: see `breakLock`.
 */
export function whileLocked<R>(
  path: string,
  work: (assertHeld: () => void) => Promise<R>,
  times: LockTimes = TIMES,
): Promise<R> {
  const before = queues.get(path) ?? Promise.resolve();
  const mine = before.then(() => locked(`${path}_lock`, work, times));
  const settled = mine.then(
    () => {},
    () => {},
  );
  queues.set(path, settled);
  void settled.then(() => {
    if (queues.get(path) === settled) queues.delete(path);
  });
  return mine;
}

async function locked<R>(lock: string, work: (assertHeld: () => void) => Promise<R>, times: LockTimes): Promise<R> {
  const since = await take(lock, times);
  // Half of the time after which others take it, so that the step after the check ends in time.
  const isHeld = () => performance.now() - since < times.lease / 2;
  try {
    return await work(() => {
      if (!isHeld()) throw new Error('The lock on a session file was held for too long: the disk is very slow.');
    });
  } finally {
    // What is not ours any more may be somebody else's.
    if (isHeld()) await removeFile(lock);
  }
}

/** Answers the moment from which on the lock is ours. */
async function take(lock: string, times: LockTimes): Promise<number> {
  const start = performance.now();
  let watched = { id: '', since: start };
  for (;;) {
    const now = performance.now();
    const file = await unless('EEXIST', open(lock, 'wx', 0o600));
    if (file) {
      await file.close();
      return now;
    }
    const present = await identify(lock);
    if (present && present.id !== watched.id) watched = { id: present.id, since: now };
    if (present && (now - watched.since > times.lease || Date.now() - present.madeAt > ABANDONED)) {
      await breakLock(lock, present.id, times);
    } else if (now - start > times.patience) {
      throw new Error('The lock on a session file is not given back.');
    } else {
      await pause(1 + Math.random() * 5);
    }
  }
}

/**
 * Removes a lock whose holder has died. Of many who have seen that, one after the other may look
 * again, by a lock on this very lock: whoever comes late finds another one in its place, and leaves it.
 */
async function breakLock(lock: string, id: string, times: LockTimes): Promise<void> {
  await locked(
    `${lock}_${id}`,
    async (assertHeld) => {
      if ((await identify(lock))?.id !== id) return;
      assertHeld();
      await removeFile(lock);
    },
    times,
  );
}

/** Removes a lock that has been lying about since before this moment (milliseconds since the epoch). */
export async function breakLockOlderThan(lock: string, moment: number): Promise<void> {
  const present = await identify(lock);
  if (present && present.madeAt < moment) await breakLock(lock, present.id, TIMES);
}

/** Which lock it is: another one of the same name has another inode, or at least another date. */
async function identify(lock: string): Promise<{ id: string; madeAt: number } | null> {
  const stat = await unless('ENOENT', lstat(lock, { bigint: true }));
  return stat && { id: `${stat.ino.toString(36)}-${stat.mtimeNs.toString(36)}`, madeAt: Number(stat.mtimeMs) };
}
