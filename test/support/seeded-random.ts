/** Numbers from 0 up to 1 that look random and are the same in every run (mulberry32). */
export function seededRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** Changes a text here and there: characters replaced, removed, doubled, parts moved or repeated. */
export function mutated(text: string, random: () => number): string {
  const at = () => Math.floor(random() * (text.length + 1));
  for (let changes = 1 + Math.floor(random() * 4); changes > 0; changes--) {
    const [from, to] = [at(), at()].sort((a, b) => a - b) as [number, number];
    const odd = String.fromCharCode(Math.floor(random() * (random() < 0.9 ? 128 : 65_536)));
    const forms = [
      () => text.slice(0, from) + odd + text.slice(from + 1),
      () => text.slice(0, from) + text.slice(to),
      () => text.slice(0, to) + text.slice(from),
      () => text.slice(to) + text.slice(0, from),
      () => `${text.slice(0, from)}${'.:"\\;=, -_A0'[Math.floor(random() * 12)]}${text.slice(from)}`,
    ];
    text = forms[Math.floor(random() * forms.length)]!();
  }
  return text.slice(0, 20_000);
}
