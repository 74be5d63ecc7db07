import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { SessionsOptions } from 'nestjs-django-sessions';
import { MemoryCache } from '../../libs/sessions/src/cache/memory-cache.js';
import { express } from '../platforms/platform.js';
import { SECRET } from '../support/application.js';
import { FileStore } from '../support/file-store.js';
import { attacked, type Attacked } from './support/attacked.js';

const files = new FileStore();
afterAll(() => files.close());

const OTHER = 'another secret, as long as it should be, 0123456789';

describe.each<[string, Partial<SessionsOptions>, boolean]>([
  ['file', { engine: 'file', filePath: files.folder }, true],
  ['signed_cookies', { engine: 'signed_cookies' }, true],
  ['encrypted_cookies', { engine: 'encrypted_cookies' }, true],
  ['cache', { engine: 'cache', caches: { default: { backend: new MemoryCache() } } }, false],
])('%s', (_, options, isProtected) => {
  const started: Attacked[] = [];
  const start = async (secrets: Partial<SessionsOptions>) => {
    const one = await attacked(express, { ...options, ...secrets });
    started.push(one);
    return one;
  };
  let cookie: string;
  beforeAll(async () => {
    const visitor = (await start({ secretKey: SECRET })).visitor();
    await visitor.post('/login');
    cookie = visitor.cookies.get('sessionid')!;
  });
  afterAll(async () => {
    for (const { app } of started) await app.close();
  });

  test('the old secret among the fallbacks keeps sessions alive', async () => {
    const rotated = await start({ secretKey: OTHER, secretKeyFallbacks: [SECRET] });
    expect(await rotated.shown(cookie)).toEqual({ user: 'ann' });
  });

  test(`a new secret ${isProtected ? 'ends them all' : 'changes nothing, as nothing is signed'}`, async () => {
    const changed = await start({ secretKey: OTHER });
    expect(await changed.shown(cookie)).toEqual(isProtected ? {} : { user: 'ann' });
  });
});
