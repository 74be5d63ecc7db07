import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { DynamicModule, INestApplication } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { TypeOrmModule } from '@nestjs/typeorm';
import { CreateDjangoSession1700000000000, CreateUserSessions1700000000001 } from 'nestjs-django-sessions/typeorm';
import { express, fastify } from '../platforms/platform.js';
import { SECRET } from '../support/application.js';
import { Visitor } from '../support/browserlike.js';

process.env.SECRET_KEY = SECRET;

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const page = readFileSync(join(ROOT, 'docs/security.md'), 'utf8');

/** The rows of the table under a heading, cell by cell. */
function rowsUnder(heading: string): string[][] {
  const start = page.indexOf(`\n## ${heading}`);
  const section = page.slice(start, page.indexOf('\n## ', start + 1) + 1 || undefined);
  return section
    .split('\n')
    .filter((line) => line.startsWith('|'))
    .slice(2)
    .map((line) =>
      line
        .slice(1, -1)
        .split(/(?<!\\)\|/)
        .map((cell) => cell.trim()),
    );
}

const tests = (readdirSync(join(ROOT, 'test'), { recursive: true }) as string[])
  .filter((name) => name.endsWith('.ts') && name !== join('docs', 'security.spec.ts'))
  .map((name) => ({ name, text: readFileSync(join(ROOT, 'test', name), 'utf8') }));
const ADVISORY = /\b(?:CVE|MAL)-\d{4}-\d+|GHSA(?:-\w{4}){3}|GMS-\d{4}-\d+/g;

describe('the table of what has happened elsewhere', () => {
  const rows = rowsUnder('What has happened elsewhere');
  /** A title of a test is in the code of a test, in quotes; and so is the beginning of one that has more in it. */
  const isTitle = (title: string) =>
    tests.some(({ text }) =>
      ["'", '"', '`'].some((quote) => text.includes(`(${quote}${title}`) || text.includes(`${quote}${title}${quote}`)),
    );

  test('is there', () => {
    expect(rows.length).toBeGreaterThan(25);
  });

  test.each(rows.map((row) => ({ origin: row[0]!, held: row.at(-1)! })))('$origin', ({ held }) => {
    const titles = [...held.matchAll(/`([^`]+)`/g)].map(([, title]) => title!);
    // Held by a test, or there is a sentence why there is nothing to hold.
    if (titles.length === 0) expect(held).toMatch(/^\S.*\.$/);
    expect(titles.filter((title) => !isTitle(title))).toEqual([]);
  });

  test('has every advisory that a test is named after', () => {
    const named = tests
      .filter(({ name }) => name.startsWith('security'))
      .flatMap(({ text }) => text.split('\n').filter((line) => /\btest|'.*CVE-/.test(line)))
      .flatMap((line) => line.match(ADVISORY) ?? []);
    expect(named.length).toBeGreaterThan(20);
    expect([...new Set(named)].filter((advisory) => !page.includes(advisory))).toEqual([]);
  });
});

describe.each([express, fastify])('the examples, on $name', (platform) => {
  let app: INestApplication;
  let url: string;
  beforeAll(async () => {
    const { AccountController, Sessions } = await import('../../docs/examples/security.js');
    const { CsrfController } = await import('../../docs/examples/security-csrf.guard.js');
    const module = await Test.createTestingModule({
      imports: [
        TypeOrmModule.forRoot({
          type: 'better-sqlite3',
          database: ':memory:',
          migrations: [CreateDjangoSession1700000000000, CreateUserSessions1700000000001],
          migrationsRun: true,
        }),
        Sessions as DynamicModule,
      ],
      controllers: [AccountController, CsrfController],
    }).compile();
    app = platform.application(module, []);
    await app.listen(0, '127.0.0.1');
    url = await app.getUrl();
  });
  afterAll(() => app.close());

  /** Whoever has opened a page of ours. */
  class Guest extends Visitor {
    token = '';

    async open(): Promise<this> {
      ({ token: this.token } = (await (await this.get('/csrf')).json()) as { token: string });
      return this;
    }

    send(path: string, body: object = {}, token = this.token): Promise<Response> {
      const headers = { 'content-type': 'application/json', ...(token && { 'x-csrf-token': token }) };
      return this.post(path, { headers, body: JSON.stringify(body) });
    }
  }
  const guest = () => new Guest(url).open();

  test('the cookie is what browsers keep to one host, over HTTPS, out of reach of scripts', async () => {
    const answer = await new Visitor(url).get('/csrf');
    expect(answer.headers.getSetCookie()).toEqual([
      expect.stringMatching(/^__Host-id=[a-z0-9]{32}; HttpOnly; Path=\/; SameSite=Strict; Secure$/),
    ]);
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect(answer.headers.get('vary')).toBe('Cookie');
  });

  test('a log-in changes the key, a log-out ends the session and clears the site', async () => {
    const visitor = await guest();
    const before = visitor.cookies.get('__Host-id');
    expect((await visitor.send('/account/login', { user: 'ann' })).status).toBe(201);
    expect(visitor.cookies.get('__Host-id')).not.toBe(before);
    const copy = await guest();
    copy.cookies.set('__Host-id', visitor.cookies.get('__Host-id')!);
    const answer = await visitor.send('/account/logout');
    expect(answer.headers.get('clear-site-data')).toBe('"cache", "storage"');
    expect(visitor.cookies.has('__Host-id')).toBe(false);
    expect((await copy.send('/account/password', {}, visitor.token)).status).toBe(403);
  });

  test('another user takes nothing over', async () => {
    const visitor = await guest();
    await visitor.send('/account/login', { user: 'ann' });
    const first = visitor.cookies.get('__Host-id')!;
    await visitor.send('/account/login', { user: 'bob' });
    expect(visitor.cookies.get('__Host-id')).not.toBe(first);
    // The token was ann's, and went with her session.
    expect((await visitor.send('/account/logout')).status).toBe(403);
  });

  test('a change of the password wants a recent log-in, and ends all other sessions', async () => {
    const [one, other] = [await guest(), await guest()];
    expect((await one.send('/account/password')).status).toBe(401);
    await one.send('/account/login', { user: 'eve' });
    await other.send('/account/login', { user: 'eve' });
    const answer = await one.send('/account/password');
    expect([answer.status, await answer.json()]).toEqual([201, { ended: 1 }]);
    expect((await other.send('/account/password')).status).toBe(403);
    expect((await one.send('/account/password')).status).toBe(201);
  });

  test('a token of nobody, of somebody else, or from a cookie, is worth nothing', async () => {
    const [victim, attacker] = [await guest(), await guest()];
    for (const token of ['', 'x', attacker.token, `${victim.token} `.repeat(2), victim.token.slice(0, -1)]) {
      expect((await victim.send('/account/login', { user: 'eve' }, token)).status).toBe(403);
    }
    // What a page of a subdomain can do: put cookies there, with a token of its own choice in them and in the header.
    victim.cookies.set('csrf', 'planted');
    victim.cookies.set('_csrf', 'planted');
    expect((await victim.send('/account/login', { user: 'eve' }, 'planted')).status).toBe(403);
    expect((await victim.send('/account/login', { user: 'eve' })).status).toBe(201);
  });
});
