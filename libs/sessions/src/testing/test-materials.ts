import type { ContractCase } from './contract-case.js';
import { TestClock } from './test-clock.js';

/** Payloads that a store might bend. */
export const ODD_PAYLOADS: Record<string, string> = {
  'an empty object': '{}',
  'text in many scripts, escaped': String.raw`{"a":"\u00e9\u6771\ud83d\ude00"}`,
  'a large integer': '{"n":9007199254740993123}',
  'a hundred kilobytes': `{"big":"${'0123456789'.repeat(10_000)}"}`,
};

/** A list of cases, each on a fresh subject under a clock of its own. */
export function contractOn<T>(make: (now: () => number) => Promise<T> | T) {
  const cases: ContractCase[] = [];
  const add = (name: string, check: (subject: T, clock: TestClock) => Promise<void>) =>
    cases.push({
      name,
      run: async () => {
        const clock = new TestClock();
        await check(await make(clock.read), clock);
      },
    });
  return { cases, add };
}
