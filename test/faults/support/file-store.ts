import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { noteSkipped, servicesAreRequired } from '../../support/skipped.js';
import type { StoreUnderFault } from './store-under-fault.js';

const disk = mkdtempSync(join(tmpdir(), 'sessions-disk-'));

/** A disk of 64 KB. Whoever runs the tests must be allowed to mount one. */
export function mountSmallDisk(): boolean {
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'none', disk], { stdio: 'ignore' });
    return true;
  } catch (error) {
    rmSync(disk, { recursive: true });
    if (servicesAreRequired) throw error;
    noteSkipped('Skipped the faults of disks: they take the right to mount a small one.');
    return false;
  }
}

/** Sessions in a folder on the small disk. */
export async function fileStore(): Promise<StoreUnderFault> {
  const folder = join(disk, 'sessions');
  mkdirSync(folder);
  return {
    options: { engine: 'file', filePath: folder },
    faults: {
      stopped: { begin: () => renameSync(folder, `${folder}-away`), end: () => renameSync(`${folder}-away`, folder) },
      full: { begin: () => fill(disk), end: () => empty(disk) },
    },
    close: async () => {
      execFileSync('umount', [disk]);
      rmSync(disk, { recursive: true });
    },
  };
}

function fill(folder: string): void {
  for (let n = 0; ; n++) {
    try {
      writeFileSync(join(folder, `filler${n}`), Buffer.alloc(4096, 'x'));
    } catch {
      return;
    }
  }
}

function empty(folder: string): void {
  for (const name of readdirSync(folder)) if (name.startsWith('filler')) rmSync(join(folder, name));
}
