import { describe, expect, test } from '@jest/globals';
import { Controller, Get, type INestApplication, type VersioningOptions, VersioningType } from '@nestjs/common';
import { Session } from 'nestjs-django-sessions';
import type { Platform } from '../platform.js';
import { OUR_COOKIE, sceneOf } from '../scene.js';

@Controller({ path: 'shop', version: '1' })
class FirstController {
  @Get()
  get(@Session() session: Session) {
    session.set('version', 1);
    return { version: 1 };
  }
}

@Controller({ path: 'shop', version: '2' })
class SecondController {
  @Get()
  get(@Session() session: Session) {
    session.set('version', 2);
    return { version: 2 };
  }
}

type Request = Record<string, string>;

const KINDS: [string, VersioningOptions, (version: string) => Request][] = [
  ['a header', { type: VersioningType.HEADER, header: 'X-Version' }, (version) => ({ 'x-version': version })],
  [
    'the type of the answer',
    { type: VersioningType.MEDIA_TYPE, key: 'v=' },
    (version) => ({ accept: `application/json;v=${version}` }),
  ],
  [
    'a function',
    {
      type: VersioningType.CUSTOM,
      extractor: (request) => (request as { headers: Request }).headers['x-wanted'] ?? 'none',
    },
    (version) => ({ 'x-wanted': version }),
  ],
];

export function versions(platform: Platform): void {
  describe.each(KINDS)('versions by %s, under a prefix that is not for all', (_kind, versioning, asking) => {
    const prepare = (app: INestApplication) => {
      app.setGlobalPrefix('api', { exclude: ['read'] });
      app.enableVersioning({ ...versioning, defaultVersion: ['1', '2', 'none'] });
    };
    const scene = sceneOf(platform, { controllers: [FirstController, SecondController], prepare });
    const read = '/read';

    test.each([1, 2])('version %i', async (version) => {
      const headers = asking(String(version));
      const response = await scene.savedFirst('/api/shop', { headers }, read);
      expect(await response.json()).toEqual({ version });
      expect(response.headers.getSetCookie()).toEqual([OUR_COOKIE]);
      expect(response.headers.get('vary')).toBe('Cookie');
      expect(await (await scene.visitor.get(read, { headers })).json()).toEqual({ version });
    });

    test('one that is not there uses no session', async () => {
      const response = await scene.visitor.get('/api/shop', { headers: asking('3') });
      expect(response.status).toBe(404);
      expect([response.headers.get('set-cookie'), response.headers.get('vary')]).toEqual([null, null]);
    });
  });
}
