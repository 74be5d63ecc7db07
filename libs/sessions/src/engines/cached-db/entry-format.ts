import { randomBytes } from 'node:crypto';
import { pickledToJson } from '../../cache/pickle-to-json.js';
import { pickleComment, readPickle } from '../../cache/pickle-reader.js';
import { jsonToPickle } from '../../cache/pickle-writer.js';
import type { CacheValues } from '../../cache/value-codec.js';

/** What an entry says: a session, and the text of its row where the entry tells it; or null, that the database must be asked. */
export type EntryContent = { payload: string; row?: string } | null;

/**
 * How sessions stand in the cache of cached_db. Beside the data an entry names the row it was taken
 * from, by the whole text of it, so that a save after a hit can ask the database whether that is still
 * the row; and every entry has a random part, so that no two are ever the same bytes: a cache that
 * compares bytes must not take an entry of later for the one we knew.
 *
 * A *mark* is an entry without data. It says: the cache knows nothing of this session, ask the
 * database, and do not put the answer here.
 */
export interface EntryFormat {
  session(payload: string, row: unknown): Buffer;
  mark(): Buffer;
  /** Throws for bytes that are none of its own. */
  read(value: Buffer): EntryContent;
}

/** `session random row`, a line break, the payload; a mark is `mark random`. */
const json: EntryFormat = {
  session: (payload, row) => Buffer.from(`session ${stamp(row)}\n${payload}`, 'utf8'),
  mark: () => Buffer.from(`mark ${stamp(undefined)}`, 'utf8'),
  read(value) {
    const text = value.toString('utf8');
    if (text.startsWith('mark ')) return null;
    const end = text.indexOf('\n');
    const [kind, , row] = text.slice(0, end).split(' ');
    if (kind !== 'session' || end === -1) throw new Error('The cache holds something that is no session of ours.');
    return { payload: text.slice(end + 1), ...(row !== undefined && { row }) };
  },
};

/**
 * The mapping, as Django has it, with our part as a comment that unpickling steps over. A mark
 * unpickles to None, which Django takes for "nothing cached": it asks the database, as we do.
 */
const pickle: EntryFormat = {
  session: (payload, row) => jsonToPickle(payload, stamp(row)),
  mark: () => jsonToPickle('null', stamp(undefined)),
  read(value) {
    const root = readPickle(value);
    if (root === null) return null;
    const row = pickleComment(value)?.split(' ')[1];
    return { payload: pickledToJson(root), ...(row !== undefined && { row }) };
  },
};

export const ENTRY_FORMATS: Readonly<Record<CacheValues, EntryFormat>> = { json, pickle };

/** Only a text can be named; of another kind of version the entry says nothing. */
function stamp(row: unknown): string {
  const random = randomBytes(6).toString('base64url');
  return typeof row === 'string' && !/\s/.test(row) ? `${random} ${row}` : random;
}
