import { describe, expect, test } from '@jest/globals';
import { pickleComment } from '../../libs/sessions/src/cache/pickle-reader.js';
import { pickleToJson } from '../../libs/sessions/src/cache/pickle-to-json.js';
import { jsonToPickle } from '../../libs/sessions/src/cache/pickle-writer.js';
import { OP } from '../../libs/sessions/src/cache/pickle-opcodes.js';
import { SessionValueError } from '../../libs/sessions/src/core/errors.js';
import { seededRandom } from '../support/seeded-random.js';
import { vectors } from '../support/vectors.js';

const RUNS = 20_000;
const opcodes = Object.values(OP);

/** Choices that are the same in every run. */
class Dice {
  readonly #random: () => number;

  constructor(seed: number) {
    this.#random = seededRandom(seed);
  }

  below(limit: number): number {
    return Math.floor(this.#random() * limit);
  }

  of<T>(choices: readonly T[]): T {
    return choices[this.below(choices.length)]!;
  }
}

const samples = vectors('cache', 'pickles')
  .flatMap(({ out }) => Object.values(out as Record<string, string>))
  .map((base64) => Buffer.from(base64, 'base64'))
  .filter(({ length }) => length < 5000);

function mutated(dice: Dice): Buffer {
  let bytes = Buffer.from(dice.of(samples));
  for (let n = dice.below(8); n >= 0; n--) {
    const at = dice.below(bytes.length + 1);
    const to = Math.min(bytes.length, at + dice.below(12));
    const other = dice.of(samples);
    const from = dice.below(other.length);
    const put = dice.of([
      [dice.below(256)],
      [dice.of(opcodes)],
      [0xff, 0xff, 0xff, 0xff],
      [dice.of(opcodes), dice.of(opcodes), dice.of(opcodes)],
      [...bytes.subarray(at, to), ...bytes.subarray(at, to)],
      [...other.subarray(from, from + 20)],
    ]);
    bytes = Buffer.concat([bytes.subarray(0, at), Buffer.from(put), bytes.subarray(dice.below(2) ? to : at)]);
  }
  return bytes;
}

function random(dice: Dice): Buffer {
  const fill = dice.below(2) ? () => dice.below(256) : () => dice.of(opcodes);
  return Buffer.from([0x80, 4, ...Array.from({ length: dice.below(200) }, fill), OP.STOP]);
}

describe.each([
  ['pickles of Django, damaged', mutated, 1],
  ['bytes and opcodes by chance', random, 2],
])(`${RUNS} times: %s`, (_, make, seed) => {
  test('are read as data or refused, in bounded time and memory', () => {
    const dice = new Dice(seed);
    const before = process.memoryUsage().heapUsed;
    let read = 0;
    let slowest = 0;
    for (let run = 0; run < RUNS; run++) {
      const bytes = make(dice);
      const begun = performance.now();
      try {
        const json = pickleToJson(bytes);
        // What was read is JSON of a dict, and can be written and read again.
        if (pickleToJson(jsonToPickle(json)) !== json) throw new Error(`not the same again: ${bytes.toString('hex')}`);
        read++;
      } catch (error) {
        if (!isRefusal(error)) throw new Error(`${bytes.toString('hex')}: ${String(error)}`, { cause: error });
      }
      try {
        pickleComment(bytes);
      } catch (error) {
        if (!isRefusal(error)) throw error;
      }
      slowest = Math.max(slowest, performance.now() - begun);
    }
    expect(read).toBeGreaterThan(0);
    expect(slowest).toBeLessThan(3000);
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(300 * 1024 * 1024);
  }, 120_000);
});

function isRefusal(error: unknown): boolean {
  return (
    error instanceof SessionValueError ||
    (error instanceof SyntaxError && error.message.startsWith('not a pickle of session data: '))
  );
}
