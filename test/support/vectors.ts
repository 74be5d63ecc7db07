import { readFileSync } from 'node:fs';

/** The release whose behaviour we rebuild, where releases differ. */
export const TARGET = '5.2.18';

export interface Vector<I = any, O = any> {
  name: string;
  in: I;
  out: O;
}

/** The cases of one section of a vector file, each with the answer of the target release. */
export function vectors<I = any, O = any>(file: string, section: string): Vector<I, O>[] {
  const document = JSON.parse(readFileSync(new URL(`../vectors/${file}.json`, import.meta.url), 'utf8')) as Record<
    string,
    { name: string; in: I; out?: O; out_by_version?: Record<string, O>; versions?: string[] }[]
  >;
  return document[section]!.map(({ name, in: given, out, out_by_version }) => ({
    name,
    in: given,
    out: out_by_version ? out_by_version[TARGET]! : out!,
  }));
}

/** A clock that stands still until it is turned, in seconds as Django counts. */
export class TestClock {
  constructor(public seconds = 0) {}

  readonly now = (): number => this.seconds * 1000;
}

/** Keys as the vectors draw them: newkey…1, newkey…2, … */
export class CountedKeys {
  #count = 0;

  readonly next = (): string => `newkey${String(++this.#count).padStart(26, '0')}`;

  reset(): void {
    this.#count = 0;
  }
}
