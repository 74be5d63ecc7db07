import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { environment } from './environment.js';

/**
 * The secret that signs sessions: SECRET_KEY, as anywhere in earnest. So that the demo starts
 * without one, it makes its own at first and keeps it beside the database, readable for its owner
 * only: with another secret after each restart, every visitor would be logged out.
 */
export function secretKey(): string {
  const given = process.env['SECRET_KEY'];
  if (given) return given;
  const made = randomBytes(32).toString('base64url');
  if (environment.database === ':memory:') return made;

  const file = `${environment.database}-secret-key`;
  mkdirSync(dirname(file), { recursive: true });
  try {
    // `wx` fails if the file is there, so that two starts at once never end up with two secrets.
    writeFileSync(file, made, { mode: 0o600, flag: 'wx' });
    return made;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    return readFileSync(file, 'utf8').trim();
  }
}
