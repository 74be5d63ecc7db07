import fastifyCookie from '@fastify/cookie';
import cookieParser from 'cookie-parser';
import { describe, expect, test } from '@jest/globals';
import { Controller, Get, Req, Res } from '@nestjs/common';
import { Session } from 'nestjs-django-sessions';
import { asMiddleware, asPlugin } from '../mounting.js';
import type { Platform, PlatformRequest, Reply } from '../platform.js';
import { OUR_COOKIE, sceneOf } from '../scene.js';

const SECRET = 'the secret of other cookies';

const MOUNTINGS = {
  express: asMiddleware(cookieParser(SECRET)),
  fastify: asPlugin(fastifyCookie, { secret: SECRET }),
};

interface CookieOptions {
  signed?: boolean;
  path?: string;
  sameSite?: 'lax';
}

// Fastify's own default, which Express does without.
const OPTIONS: CookieOptions = { path: '/', sameSite: 'lax' };

/** What both platforms offer for cookies, under Express's name or Fastify's. */
type CookieReply = Reply & {
  cookie(name: string, value: string, options?: CookieOptions): unknown;
  clearCookie(name: string, options?: CookieOptions): unknown;
};

type CookieRequest = PlatformRequest & {
  cookies: Record<string, string>;
  signedCookies?: Record<string, string>;
  unsignCookie?: (value: string) => { valid: boolean; value: string | null };
};

function signedCookie(request: CookieRequest, name: string): unknown {
  if (request.signedCookies) return request.signedCookies[name] ?? null;
  const sent = request.cookies[name];
  return sent === undefined ? null : request.unsignCookie!(sent).value;
}

@Controller()
class CookiesController {
  @Get('set')
  set(@Session() session: Session, @Res({ passthrough: true }) reply: CookieReply) {
    session.set('how', 'set');
    reply.cookie('theme', 'dark', OPTIONS);
    reply.cookie('sessionid2', 'no session', { ...OPTIONS, signed: true });
    return { ok: true };
  }

  @Get('set-by-hand')
  setByHand(@Session() session: Session, @Res() reply: CookieReply) {
    session.set('how', 'set-by-hand');
    reply.cookie('theme', 'dark', OPTIONS);
    reply.cookie('sessionid2', 'no session', { ...OPTIONS, signed: true });
    reply.send({ ok: true });
  }

  @Get('set-only')
  setOnly(@Res({ passthrough: true }) reply: CookieReply) {
    reply.cookie('theme', 'light', OPTIONS);
    return {};
  }

  @Get('clear')
  async clear(@Session() session: Session, @Res({ passthrough: true }) reply: CookieReply) {
    reply.clearCookie('theme', { path: '/' });
    await session.flush();
    return {};
  }

  @Get('cookies')
  cookies(@Session() session: Session, @Req() request: CookieRequest) {
    const { theme } = request.cookies;
    return { theme, signed: signedCookie(request, 'sessionid2'), how: session.get('how', null) };
  }
}

export function otherCookies(platform: Platform): void {
  describe.each(MOUNTINGS[platform.kind])('a parser of cookies, $side', ({ parts }) => {
    const scene = sceneOf(platform, { controllers: [CookiesController], ...parts });
    const SIGNED = expect.stringMatching(/^sessionid2=(?:s%3A)?no%20session\./);

    test.each(['set', 'set-by-hand'])(
      "the application's own cookies, plain and signed, stand beside ours: %s",
      async (path) => {
        const response = await scene.savedFirst(`/${path}`);
        expect(response.headers.getSetCookie()).toEqual(['theme=dark; Path=/; SameSite=Lax', SIGNED, OUR_COOKIE]);
        expect(response.headers.get('vary')).toBe('Cookie');
        expect(await scene.held('/cookies')).toEqual({ theme: 'dark', signed: 'no session', how: path });
      },
    );

    test('a signed one that was tampered with takes nothing from the session', async () => {
      await scene.visitor.get('/set');
      scene.visitor.cookies.set('sessionid2', 'forged.signature');
      expect(await scene.held('/cookies')).toMatchObject({ theme: 'dark', how: 'set' });
      expect((await scene.held('/cookies'))['signed']).not.toBe('forged');
    });

    test('a cookie of the application alone costs no session', async () => {
      const response = await scene.visitor.get('/set-only');
      expect(response.headers.getSetCookie()).toEqual(['theme=light; Path=/; SameSite=Lax']);
      expect(response.headers.get('vary')).toBeNull();
      expect([scene.engine.reads, scene.engine.writes]).toEqual([0, 0]);
    });

    test('both can be taken away by one answer', async () => {
      await scene.visitor.get('/set');
      const response = await scene.visitor.get('/clear');
      const removed = response.headers.getSetCookie();
      expect(removed).toEqual([
        expect.stringMatching(/^theme=; (?=.*Expires=Thu, 01 Jan 1970)/i),
        expect.stringMatching(/^sessionid=""; (?=.*Max-Age=0)/),
      ]);
      scene.visitor.cookies.delete('theme');
      expect(await scene.held('/cookies')).toEqual({ signed: 'no session', how: null });
    });
  });
}
