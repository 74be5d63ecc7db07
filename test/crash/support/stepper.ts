import { Socket } from 'node:net';

/** Where a process is killed: before a call of its store, after it, or as soon as the call has left over the network. */
export interface Moment {
  step: number;
  when: 'before' | 'sent' | 'after';
}

/** A moment that there was, and the call it belongs to. */
export interface Passed extends Moment {
  call: string;
}

let armed = false;
let moment: Moment | null = null;
let count = 0;
/** The calls of which nothing has left yet. */
const unsent = new Set<() => void>();

/** What has passed since it was armed, for whoever wants to know which moments there are. */
export const passed: Passed[] = [];

/** From now on calls are counted, and the process dies at this moment; null: it lives. */
export function arm(at: Moment | null): void {
  armed = true;
  moment = at;
  const { write } = Socket.prototype;
  Socket.prototype.write = function (this: Socket, ...args: [string]) {
    // What is written leaves at the end of this turn, and no answer is read before the next one.
    for (const reach of unsent) setImmediate(reach);
    unsent.clear();
    return write.apply(this, args);
  };
}

export async function stepped<R>(call: string, ask: () => R | Promise<R>): Promise<R> {
  if (!armed) return ask();
  const step = count++;
  const reach = (when: Moment['when']) => {
    if (moment?.step === step && moment.when === when) process.kill(process.pid, 'SIGKILL');
    passed.push({ step, when, call });
  };
  const leave = () => reach('sent');
  reach('before');
  unsent.add(leave);
  try {
    return await ask();
  } finally {
    unsent.delete(leave);
    reach('after');
  }
}
