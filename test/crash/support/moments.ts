import type { Passed } from './stepper.js';

/** Calls that only look, or that let go of a file: they change nothing for anybody. */
const LOOKS = /^(SELECT|load|exists|cache get|open to read|file\.(stat|read|close)|l?stat|access|opendir)$/;

/**
 * The moments worth dying at. After a call and right before the next one is the same to everybody else, and so
 * is before and after a look.
 */
export function momentsOf(passed: readonly Passed[]): Passed[] {
  const moments: Passed[] = [];
  let isNew = true;
  for (const [index, moment] of passed.entries()) {
    const looks = LOOKS.test(moment.call);
    if (moment.when !== 'before' && !looks) isNew = true;
    const isLast = index === passed.length - 1;
    const nextIsTheSame = moment.when === 'after' && passed[index + 1]?.when === 'before';
    if (!isLast && (!isNew || nextIsTheSame)) continue;
    moments.push(moment);
    isNew = false;
  }
  return moments;
}
