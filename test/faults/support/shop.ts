import { get } from 'node:http';
import type { INestApplication } from '@nestjs/common';
import { startApplication } from '../../support/application.js';
import { Visitor } from '../../support/browserlike.js';
import { Hold } from './hold.js';
import { SHOP } from './shop.controller.js';
import type { StoreUnderFault } from './store-under-fault.js';
import { WitnessFilter, type WitnessLogger } from './witnesses.js';

/** Nobody waits longer for an answer, whatever has happened to the store. */
export const LONGEST = 10_000;
/** "At once", on a machine that has other things to do. */
export const AT_ONCE = 1000;

export interface Answer {
  status: number;
  body: any;
  /** Its Set-Cookie headers. */
  cookies: string[];
  elapsed: number;
}

/** A running application with sessions in a store under fault. */
export class Shop {
  private constructor(
    readonly app: INestApplication,
    readonly url: string,
    readonly filter: WitnessFilter,
    readonly logger: WitnessLogger,
  ) {}

  static async open(
    { options, imports }: Pick<StoreUnderFault, 'options' | 'imports'>,
    logger: WitnessLogger,
  ): Promise<Shop> {
    const filter = new WitnessFilter();
    const { app, url } = await startApplication(
      options,
      { ...SHOP, ...(imports && { imports }) },
      (builder) => builder,
      (made) => {
        made.useLogger(logger);
        made.useGlobalFilters(filter);
      },
    );
    return new Shop(app, url, filter, logger);
  }

  get hold(): Hold {
    return this.app.get(Hold);
  }

  visitor(): Visitor {
    return new Visitor(this.url);
  }

  /** A visitor with one visit that was acknowledged. */
  async known(): Promise<Visitor> {
    const visitor = this.visitor();
    const { status, body } = await this.ask(visitor, 'POST /write');
    if (status !== 200 || body.visits !== 1) throw new Error(`no session to begin with: ${status}`);
    return visitor;
  }

  /** Has the store do once what later goes quicker: Redis learns our scripts with their first use. */
  async familiarize(): Promise<void> {
    const visitor = await this.known();
    await this.ask(visitor, 'POST /write');
    await this.ask(visitor, 'POST /login');
  }

  /** `what` as in `GET /read`. */
  async ask(visitor: Visitor, what: string): Promise<Answer> {
    const [method, path] = what.split(' ') as [string, string];
    const begun = performance.now();
    const response = await visitor.get(path, { method, signal: AbortSignal.timeout(LONGEST + 5000) });
    const text = await response.text();
    return {
      status: response.status,
      body: /json/.test(response.headers.get('content-type') ?? '') ? JSON.parse(text) : text,
      cookies: response.headers.getSetCookie(),
      elapsed: performance.now() - begun,
    };
  }

  /** A request on a connection of its own, which nobody keeps afterwards. Answers its status. */
  askOnce(visitor: Visitor, path: string): Promise<number> {
    const headers = { cookie: `sessionid=${visitor.cookies.get('sessionid')}` };
    return new Promise((resolve, reject) => {
      get(this.url + path, { agent: false, headers }, (response) => resolve(response.resume().statusCode!)).on(
        'error',
        reject,
      );
    });
  }

  /** The visitor's data, as soon as the store gives them out. */
  async dataOf(visitor: Visitor): Promise<Record<string, unknown>> {
    return (await this.#answered(() => this.ask(visitor, 'GET /read'))).body;
  }

  /** Settles when sessions can be stored again, by nobody's doing. */
  async recovered(): Promise<void> {
    await this.#answered(() => this.ask(this.visitor(), 'POST /write'));
  }

  async #answered(question: () => Promise<Answer>): Promise<Answer> {
    const deadline = Date.now() + LONGEST;
    for (;;) {
      const answer = await question();
      if (answer.status === 200) return answer;
      if (answer.status !== 503 || Date.now() > deadline) {
        throw new Error(`not recovered: ${answer.status} ${JSON.stringify(answer.body)}`);
      }
    }
  }
}
