import { execFileSync } from 'node:child_process';
import { availableParallelism } from 'node:os';

/** The server under test has one processor to itself; the load, the stores and we share the others. */
export const SERVER_CPU = 0;
const OTHERS = availableParallelism() > 1 ? `1-${availableParallelism() - 1}` : '0';

const taskset = (() => {
  try {
    execFileSync('taskset', ['-p', String(process.pid)], { stdio: 'ignore' });
    return availableParallelism() > 1;
  } catch {
    return false;
  }
})();

export const isPinned = taskset;

/** The command that starts a program where the server under test is, or where it is not. */
export function pinned(command, where) {
  return taskset ? ['taskset', '-c', where === 'server' ? String(SERVER_CPU) : OTHERS, ...command] : command;
}

/** Takes this process off the server's processor. */
export function pinOurselves() {
  if (taskset) execFileSync('taskset', ['-a', '-cp', OTHERS, String(process.pid)], { stdio: 'ignore' });
}
