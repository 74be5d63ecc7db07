export interface Row {
  sessions: string;
  /** Null: one of the others, which know no such choice. */
  concurrency: 'merge' | 'overwrite' | null;
  /** Keys that are there in the end. */
  kept: number;
  /** The most that one request needed. */
  tries: number;
}

/** What is left of what so many writers have written at once. */
export function lostUpdatesTable(rows: readonly Row[], writers: number): string {
  const of = (sessions: string, concurrency: Row['concurrency']) =>
    rows.find((row) => row.sessions === sessions && row.concurrency === concurrency);
  const ours = [...new Set(rows.filter(({ concurrency }) => concurrency).map(({ sessions }) => sessions))];
  const others = rows.filter(({ concurrency }) => !concurrency);
  return [
    '| sessions | kept with `merge` | most tries of one request | kept with `overwrite` |',
    '| --- | --: | --: | --: |',
    ...ours.map((sessions) => {
      const [merge, overwrite] = [of(sessions, 'merge'), of(sessions, 'overwrite')];
      return `| ${sessions} | ${merge?.kept ?? '–'} | ${merge?.tries ?? '–'} | ${overwrite?.kept ?? '–'} |`;
    }),
    ...others.map(({ sessions, kept }) => `| ${sessions} | – | – | ${kept} |`),
    '| Django | – | – | the last writer wins; not measured |',
    '',
    `${writers} requests at once, each with a key of its own for one session, in two processes, on a store that takes its time.`,
  ].join('\n');
}
