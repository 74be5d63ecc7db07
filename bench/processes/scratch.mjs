import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

let root = null;

/** A folder of the run's own, for as long as it lasts. */
export function scratchFolder(name) {
  if (root === null) {
    root = mkdtempSync(join(tmpdir(), 'bench-sessions-'));
    // PostgreSQL runs as somebody else, and has to find its own folder in it.
    chmodSync(root, 0o711);
  }
  return mkdtempSync(join(root, `${name}-`));
}

/** There may be a million files in it, for which Node takes its time. */
export function removeFolder(folder) {
  execFileSync('rm', ['-rf', folder]);
}

export function removeScratch() {
  if (root !== null) removeFolder(root);
  root = null;
}
