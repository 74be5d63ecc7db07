/** Milliseconds of processor time that one input may take; what is meant to be found takes minutes. */
const MOST = 250;
const TRIES = 3;

/** Processor time of this process, in milliseconds. */
export function processorTime(work: () => unknown): number {
  const begun = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(begun);
  return (user + system) / 1000;
}

/**
 * Does some work that must not take long, whatever it is given, and answers what it answers. It is
 * processor time that is measured, so that other programs do not matter; and what takes too long may try
 * again, so that a collection of garbage, or a function that is just being compiled, does not either.
 */
export function bounded<R>(work: () => R, most = MOST): R {
  for (let attempt = 1; ; attempt++) {
    let result!: R;
    let failure: { error: unknown } | undefined;
    const taken = processorTime(() => {
      try {
        result = work();
      } catch (error) {
        failure = { error };
      }
    });
    if (taken > most && attempt === TRIES) throw new Error(`It took ${Math.round(taken)} ms, ${TRIES} times.`);
    if (taken > most) continue;
    if (failure) throw failure.error;
    return result;
  }
}
