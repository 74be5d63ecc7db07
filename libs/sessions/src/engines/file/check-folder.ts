import { stat } from 'node:fs/promises';
import { SessionsOptionsError } from '../../core/errors.js';
import { linkFile, removeFile, writeNewFile } from './session-file.js';
import type { SessionFileNames } from './session-file-names.js';

/** Throws `SessionsOptionsError` for a folder that sessions cannot be kept in. Tries it out. */
export async function checkFolder(names: SessionFileNames, now: number): Promise<void> {
  const problem = await problemWith(names, now);
  if (problem === null) return;
  throw new SessionsOptionsError([
    `filePath must be a folder that sessions can be written to, got ${JSON.stringify(names.folder)}, which ${problem}`,
  ]);
}

async function problemWith(names: SessionFileNames, now: number): Promise<string | null> {
  const reason = (error: unknown) => (error as NodeJS.ErrnoException).code ?? String(error);
  try {
    if (!(await stat(names.folder)).isDirectory()) return 'is not a folder';
  } catch (error) {
    return reason(error) === 'ENOENT' ? 'does not exist' : `cannot be looked at (${reason(error)})`;
  }
  const [first, second] = [names.temporary(), names.temporary()];
  try {
    await writeNewFile(first, '', now);
  } catch (error) {
    return `cannot be written to (${reason(error)})`;
  }
  try {
    await linkFile(first, second);
    await removeFile(second);
    return null;
  } catch (error) {
    return `is on a file system without hard links (${reason(error)}); sessions are created by one, so that no two get the same key`;
  } finally {
    await removeFile(first);
  }
}
