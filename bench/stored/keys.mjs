import { randomBytes } from 'node:crypto';

/** Keys as no store has met them, and as every engine takes them. */
export function newKeys(count) {
  return Array.from({ length: count }, () => randomBytes(16).toString('hex'));
}

/** Some of ever more keys, each as likely as any other. */
export class Sample {
  #kept = [];
  #seen = 0;

  offer(keys) {
    for (const key of keys) {
      this.#seen++;
      if (this.#kept.length < 5000) this.#kept.push(key);
      else {
        const place = Math.floor(Math.random() * this.#seen);
        if (place < this.#kept.length) this.#kept[place] = key;
      }
    }
  }

  draw(count) {
    return this.#kept
      .map((key) => [Math.random(), key])
      .sort(([a], [b]) => a - b)
      .slice(0, count)
      .map(([, key]) => key);
  }
}
