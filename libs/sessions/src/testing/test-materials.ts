/** Payloads that a store might bend. */
export const ODD_PAYLOADS: Record<string, string> = {
  'an empty object': '{}',
  'text in many scripts, escaped': String.raw`{"a":"\u00e9\u6771\ud83d\ude00"}`,
  'a large integer': '{"n":9007199254740993123}',
  'a hundred kilobytes': `{"big":"${'0123456789'.repeat(10_000)}"}`,
};

/** A clock that a test turns. Near the real time, as some stores keep time by themselves. */
export class TestClock {
  now = Date.now();

  in(milliseconds: number): number {
    return this.now + milliseconds;
  }
}
