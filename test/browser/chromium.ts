import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';
import { noteSkipped, servicesAreRequired } from '../support/skipped.js';

const executablePath = process.env['CHROMIUM'] ?? '/usr/bin/chromium';
const isThere = existsSync(executablePath);
const MISSING = `There is no Chromium at ${executablePath}: apt-get install chromium, or set CHROMIUM.`;

/** Whether to go on: where services are required a missing browser is a failure, and not a reason to skip. */
export const canBrowse = isThere || servicesAreRequired;

if (!canBrowse) noteSkipped(`Skipped the browser tests of the demo. ${MISSING}`);

const QUIET = ['background-networking', 'component-update', 'sync', 'gpu', 'quic'].map((what) => `--disable-${what}`);

export async function launchChromium(): Promise<Browser> {
  if (!isThere) throw new Error(MISSING);
  return chromium.launch({ executablePath, args: ['--no-sandbox', '--no-first-run', ...QUIET] });
}
