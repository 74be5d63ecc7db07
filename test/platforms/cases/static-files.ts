import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ServeStaticModule } from '@nestjs/serve-static';
import { afterAll, beforeEach, describe, expect, test } from '@jest/globals';
import { Controller, Get, Res } from '@nestjs/common';
import { Session } from 'nestjs-django-sessions';
import type { Platform, Reply } from '../platform.js';
import { OUR_COOKIE, sceneOf } from '../scene.js';

function folderOfFiles(): string {
  const folder = mkdtempSync(join(tmpdir(), 'static-'));
  writeFileSync(join(folder, 'index.html'), '<h1>Shop</h1>');
  writeFileSync(join(folder, 'app.js'), 'let shop = 1;');
  return folder;
}

@Controller('api')
class FilesController {
  folder = '';

  @Get('cart')
  cart(@Session() session: Session) {
    session.set('how', 'cart');
    return {};
  }

  /** Answers with a file, by the platform's own means. */
  @Get('download')
  download(@Session() session: Session, @Res() reply: Reply & { sendFile(name: string, ...rest: unknown[]): unknown }) {
    session.set('how', 'download');
    reply.sendFile('app.js', ...('hijack' in reply ? [] : [{ root: this.folder }]));
  }
}

export function staticFiles(platform: Platform): void {
  const folder = folderOfFiles();
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const serveStatic = () =>
    ServeStaticModule.forRoot({
      rootPath: folder,
      exclude: ['/api/{*path}', '/read'],
      serveStaticOptions: { fallthrough: true },
    });
  // It mounts its files when all middleware is there; only its place among the imports can change.
  const places = [
    { side: 'imported before ours', parts: { before: [serveStatic()] } },
    { side: 'imported after ours', parts: { after: [serveStatic()] } },
  ];

  describe.each(places)('files of @nestjs/serve-static, $side', ({ parts }) => {
    const scene = sceneOf(platform, { controllers: [FilesController], ...parts });
    const visitors: [string, () => Promise<unknown>][] = [
      ['a visitor without a session', async () => {}],
      ['one who has a session', () => scene.visitor.get('/api/cart')],
      ['one whose session is unknown', async () => scene.visitor.cookies.set('sessionid', 'x'.repeat(32))],
      ['one who sends nonsense', async () => scene.visitor.cookies.set('sessionid', '"\\777,= '.repeat(5))],
    ];

    describe.each(visitors)('%s', (_title, become) => {
      beforeEach(async () => {
        await become();
        scene.engine.reset();
      });

      const expectNoSession = (response: Response) => {
        expect([response.headers.get('set-cookie'), response.headers.get('vary')]).toEqual([null, null]);
        expect([scene.engine.reads, scene.engine.writes]).toEqual([0, 0]);
      };

      test.each([
        ['GET', '/app.js', 200, 'let shop = 1;'],
        ['HEAD', '/app.js', 200, ''],
        ['GET', '/', 200, '<h1>Shop</h1>'],
        ['GET', '/any/page', 200, '<h1>Shop</h1>'],
        ['POST', '/app.js', 404, null],
      ])('%s %s', async (method, path, status, body) => {
        const response = await scene.visitor.get(path, { method });
        expect(response.status).toBe(status);
        if (body !== null) expect(await response.text()).toBe(body);
        expectNoSession(response);
      });

      test('a part of a file, and one that has not changed', async () => {
        const part = await scene.visitor.get('/app.js', { headers: { range: 'bytes=4-7' } });
        expect([part.status, await part.text()]).toEqual([206, 'shop']);
        expectNoSession(part);
        const etag = part.headers.get('etag')!;
        const again = await scene.visitor.get('/app.js', {
          headers: { 'if-none-match': etag, 'cache-control': 'max-age=0' },
        });
        expect(again.status).toBe(304);
        expectNoSession(again);
      });
    });

    test('what is too short to be a session is taken away, as by Django, and the file is sent', async () => {
      scene.visitor.cookies.set('sessionid', 'short');
      const response = await scene.visitor.get('/app.js');
      expect([response.status, await response.text()]).toEqual([200, 'let shop = 1;']);
      expect(response.headers.getSetCookie()).toEqual([expect.stringMatching(/^sessionid=""; /)]);
      expect([scene.engine.reads, scene.engine.writes]).toEqual([0, 0]);
    });

    test('a file that a handler answers with, when it has written to the session', async () => {
      scene.app.get(FilesController).folder = folder;
      const response = await scene.savedFirst('/api/download');
      expect(await response.text()).toBe('let shop = 1;');
      expect(response.headers.getSetCookie()).toEqual([OUR_COOKIE]);
      expect(response.headers.get('vary')).toBe('Cookie');
      expect(await scene.held()).toEqual({ how: 'download' });
    });
  });
}
