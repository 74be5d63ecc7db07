import { createHook } from 'node:async_hooks';

/** What a piece of work answers, and how often it has set zlib to work. Node itself counts. */
export async function inflations<R>(work: () => R | Promise<R>): Promise<{ result: R; count: number }> {
  let count = 0;
  const hook = createHook({
    init(_id, type) {
      if (type === 'ZLIB') count++;
    },
  }).enable();
  try {
    return { result: await work(), count };
  } finally {
    hook.disable();
  }
}
