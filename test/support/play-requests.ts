import { All, Controller, HttpException, Req, Res, type Type } from '@nestjs/common';
import type { Request, Response } from 'express';
import { Session, type SessionsOptions } from 'nestjs-django-sessions';
import { SessionKeyError } from '../../libs/sessions/src/core/errors.js';
import { Session as CoreSession } from '../../libs/sessions/src/core/session.js';
import { SESSION_CLOCK } from '../../libs/sessions/src/nest/sessions.constants.js';
import { SECRET, startApplication, type TestApplication } from './application.js';
import { type Step, type Steps, take } from './session-steps.js';
import type { StoreUnderTest } from './store-under-test.js';
import type { Vector } from './vectors.js';

/** Django's settings under our names. */
const OPTIONS: Record<string, keyof SessionsOptions> = {
  SESSION_COOKIE_NAME: 'cookieName',
  SESSION_COOKIE_AGE: 'cookieAge',
  SESSION_COOKIE_DOMAIN: 'cookieDomain',
  SESSION_COOKIE_PATH: 'cookiePath',
  SESSION_COOKIE_SECURE: 'cookieSecure',
  SESSION_COOKIE_HTTPONLY: 'cookieHttpOnly',
  SESSION_COOKIE_SAMESITE: 'cookieSameSite',
  SESSION_SAVE_EVERY_REQUEST: 'saveEveryRequest',
  SESSION_EXPIRE_AT_BROWSER_CLOSE: 'expireAtBrowserClose',
};

/** Plays vectors of `requests.json` over HTTP, on an application whose sessions are where a test wants them. */
export class RequestPlayer {
  readonly #applications = new Map<string, Promise<TestApplication>>();
  #given: any = null;

  constructor(readonly under: StoreUnderTest) {}

  /** `loadEarly`: the view takes its session by @Session(), and not from the request. */
  async play({ in: given }: Vector, loadEarly: boolean) {
    const { under } = this;
    await under.wipe();
    const { url } = await this.#applicationFor(given.settings ?? {});
    if (given.existing) {
      under.clock.seconds = given.now - (given.existing.age ?? 0);
      const store = under.store([SECRET], cookieAgeOf(given), { newKey: () => given.existing_key });
      const prepared = new CoreSession<any>(store);
      prepared.update(given.existing.data);
      await prepared.create();
    }
    under.clock.seconds = given.now;
    under.keys.reset();
    this.#given = given;
    const response = await fetch(`${url}/${loadEarly ? 'early' : 'late'}`, {
      headers: given.cookie_header === null ? {} : { cookie: given.cookie_header },
      redirect: 'manual',
    });
    const vary = response.headers.get('vary');
    return {
      status: response.status,
      set_cookie: response.headers.getSetCookie(),
      vary: vary === null ? [] : [vary],
      stored: await under.stored(SECRET),
      cacheControl: response.headers.get('cache-control'),
    };
  }

  async close(): Promise<void> {
    for (const started of await Promise.allSettled(this.#applications.values())) {
      // One that was refused at start-up has nothing to close.
      if (started.status === 'fulfilled') await started.value.app.close();
    }
  }

  #applicationFor(settings: Record<string, unknown>): Promise<TestApplication> {
    const key = JSON.stringify(settings);
    let application = this.#applications.get(key);
    if (!application) {
      const options = Object.fromEntries(Object.entries(settings).map(([name, value]) => [OPTIONS[name]!, value]));
      const { cookieName, cookieAge } = options as { cookieName?: string; cookieAge?: number };
      const engine = this.under.engine({
        ...(cookieName !== undefined && { cookieName }),
        ...(cookieAge !== undefined && { cookieAge }),
      });
      application = startApplication({ engine, ...options }, { controllers: [this.#controller()] }, (builder) =>
        builder.overrideProvider(SESSION_CLOCK).useValue(this.under.clock.now),
      );
      this.#applications.set(key, application);
    }
    return application;
  }

  #controller(): Type {
    const view = (session: CoreSession<any>, request: Request, response: Response) =>
      this.#view(session, request, response);
    // Django makes a session object for every request, and nothing comes of it.
    const lateView = (request: Request & { session: CoreSession<any> }, response: Response) =>
      this.#given.view || this.#given.raise ? view(request.session, request, response) : this.#respond(response);

    @Controller()
    class ViewController {
      @All('early')
      early(@Session() session: Session, @Req() request: Request, @Res({ passthrough: true }) response: Response) {
        return view(session as CoreSession<any>, request, response);
      }

      @All('late')
      late(@Req() request: Request & { session: CoreSession<any> }, @Res({ passthrough: true }) response: Response) {
        return lateView(request, response);
      }
    }
    return ViewController;
  }

  async #view(session: CoreSession<any>, request: Request, response: Response) {
    const given = this.#given;
    const store = this.under.store([SECRET], cookieAgeOf(given));
    const steps: Steps = {
      session,
      keys: { existing: given.existing_key },
      open: (key) => new CoreSession<any>(store, key),
      advance: () => {},
      clearExpired: async () => {},
    };
    for (const step of (given.view ?? []) as Step[]) {
      try {
        await take(steps, step);
      } catch (error) {
        if (!(error instanceof SessionKeyError)) throw error;
      }
    }
    (request as unknown as { session: CoreSession<any> }).session = steps.session;
    if (given.raise) throw new HttpException('view failed', 500);
    return this.#respond(response);
  }

  #respond(response: Response): string {
    const { status, headers } = this.#given;
    for (const [name, value] of Object.entries((headers ?? {}) as Record<string, string>)) {
      response.setHeader(name, value);
    }
    response.status(status ?? 200);
    return 'ok';
  }
}

function cookieAgeOf(given: any): { cookieAge: number } {
  return { cookieAge: given.settings?.SESSION_COOKIE_AGE ?? 1_209_600 };
}
