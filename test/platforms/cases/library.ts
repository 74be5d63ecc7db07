import { expect, test } from '@jest/globals';
import type { Platform } from '../platform.js';
import { OUR_COOKIE, type Scene } from '../scene.js';

/** What a library leaves on an answer, beside ours. */
export interface Traces {
  headers?: Record<string, unknown>;
  /** Names in Vary, in lower case. */
  vary?: string[];
  cookies?: unknown[];
}

/** Ways to answer in which a library may stand: by value, by the platform, by hand. Each route writes its name. */
export const SOME_WAYS = ['json', 'res', 'redirect', 'file', 'nothing', 'pipe', 'write', 'flush-headers', 'throws/404'];

/** Those of them where the handler answers by hand. Fastify's own headers, and its hooks, are not in them. */
export const isByHand = (path: string) => /^(?:pipe|pipeline|write|flush-headers|write-head)\b/.test(path);

/**
 * On each of these routes: nothing leaves before the save, our cookie and Vary are there beside what the
 * library left, and a later request finds the data.
 */
export function standsBeside(
  platform: Platform,
  scene: Scene,
  paths: readonly string[],
  tracesOn: (path: string) => Traces,
  init: RequestInit = {},
): void {
  test.each(paths)('%s', async (path) => {
    const response = await scene.savedFirst(`/${path}`, init);
    await response.arrayBuffer();
    const { headers = {}, vary = [], cookies = [] } = tracesOn(path);
    // Express redirects in words that depend on it.
    const platforms = platform.kind === 'express' && path === 'redirect' ? ['accept'] : [];
    expect(Object.fromEntries(response.headers)).toMatchObject(headers);
    expect(varyOf(response)).toEqual(['cookie', ...vary, ...platforms].sort());
    expect(response.headers.getSetCookie()).toEqual([...cookies, OUR_COOKIE]);
    expect(await scene.held()).toEqual({ how: path.split('/')[0] });
    expect(scene.engine.writes).toBe(1);
  });
}

/** The names in Vary. Case tells nothing. */
export function varyOf(response: Response): string[] {
  const names = (response.headers.get('vary') ?? '').split(', ').filter(Boolean);
  return names.map((name) => name.toLowerCase()).sort();
}
