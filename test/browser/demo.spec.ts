import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals';
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import { canBrowse, launchChromium } from './chromium.js';
import { buildIfMissing, demo, runDemo, type Running, startDemo, stopDemo } from './demo-process.js';

jest.setTimeout(180_000);

let folder: string;
let database: string;
let running: Running;
let browser: Browser;
let context: BrowserContext;
let page: Page;
let complaints: string[];

/** A visitor of their own, in a window of their own. */
async function newVisitor(options: BrowserContextOptions = {}): Promise<void> {
  await context?.close();
  context = await browser.newContext({ baseURL: running.url, ...options });
  page = await context.newPage();
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    const text = message.text();
    if (message.type() === 'error' && !text.startsWith('Failed to load resource')) complaints.push(text);
  });
  page.on('request', (request) => {
    if (!request.url().startsWith(running.url)) complaints.push(`asked for ${request.url()}`);
  });
}

const heading = () => page.getByRole('heading', { level: 1 }).innerText();
const ticket = (what: string) => page.locator('.ticket div').filter({ hasText: what }).locator('dd').innerText();
const sessionCookie = async () => (await context.cookies()).find(({ name }) => name === 'sessionid');
const data = async () => {
  await page.goto('/session');
  return JSON.parse(await page.locator('#data').innerText()) as Record<string, unknown>;
};

async function putIn(name: string, quantity: number): Promise<void> {
  await page.goto('/cart');
  await page.getByLabel('What').fill(name);
  await page.getByLabel('How many').fill(String(quantity));
  await page.getByRole('button', { name: 'Put in' }).click();
  await page.getByLabel(name, { exact: true }).waitFor();
}

async function logIn(name: string, { remember = false } = {}): Promise<void> {
  await page.goto('/account');
  await page.getByLabel('Your name').fill(name);
  await page.getByLabel('Remember me').setChecked(remember);
  await page.getByRole('button', { name: 'Log in' }).click();
  await page.getByRole('button', { name: 'Log out' }).waitFor();
}

(canBrowse ? describe : describe.skip)('the demo in Chromium', () => {
  beforeAll(async () => {
    buildIfMissing();
    folder = mkdtempSync(join(tmpdir(), 'demo-'));
    database = join(folder, 'demo.sqlite3');
    browser = await launchChromium();
    running = await startDemo(database);
  });

  afterAll(async () => {
    await browser?.close();
    if (running) await stopDemo(running);
    rmSync(folder, { recursive: true, force: true });
  });

  beforeEach(async () => {
    complaints = [];
    await newVisitor();
  });

  afterEach(() => {
    expect(complaints).toEqual([]);
  });

  test('visits are counted for each visitor', async () => {
    for (const expected of ['1', '2', '3']) {
      await page.goto('/');
      expect(await page.locator('#visits').innerText()).toBe(expected);
    }
    await newVisitor();
    await page.goto('/');
    expect(await page.locator('#visits').innerText()).toBe('1');
  });

  test('a cart is filled, changed and emptied', async () => {
    await putIn('Oranges', 2);
    await putIn('Oranges', 3);
    await putIn('Tea', 1);
    expect(await ticket('In the cart')).toBe('6');

    await page.getByLabel('Oranges', { exact: true }).fill('9');
    await page.getByRole('button', { name: 'Change the quantity of Oranges' }).click();
    await page
      .locator('.ticket')
      .filter({ hasText: /In the cart\s*10/ })
      .waitFor();
    await page.getByRole('button', { name: 'Remove Tea' }).click();
    await page.getByLabel('Tea', { exact: true }).waitFor({ state: 'detached' });
    expect(await data()).toEqual({ cart: { items: [{ name: 'Oranges', quantity: 9 }] } });

    await page.goto('/cart');
    await page.getByRole('button', { name: 'Empty the cart' }).click();
    await page.getByText('Nothing in it yet').waitFor();
    expect(await data()).toEqual({});
  });

  test('loading a page again after a form sends nothing twice', async () => {
    await putIn('Tea', 1);
    await page.reload();
    expect(await ticket('In the cart')).toBe('1');
  });

  test('logging in changes the key and keeps the cart', async () => {
    await putIn('Oranges', 2);
    const before = (await sessionCookie())!.value;
    await logIn('Ada');
    const after = (await sessionCookie())!.value;
    expect(after).not.toBe(before);
    expect(await heading()).toBe('Hello, Ada');
    expect(await page.locator('.keys').innerText()).toContain(before.slice(0, 6));
    expect(await ticket('Who')).toBe('Ada');
    expect(await ticket('In the cart')).toBe('2');

    await context.clearCookies();
    await context.addCookies([{ name: 'sessionid', value: before, url: running.url }]);
    await page.goto('/account');
    expect(await heading()).toBe('Log in');
  });

  test('somebody else who logs in gets nothing of the one before', async () => {
    await putIn('Oranges', 2);
    await logIn('Ada');
    await context.request.post('/account/log-in', { form: { name: 'Grace' }, maxRedirects: 0 });
    expect(await data()).toEqual({ user: 'Grace', keyBefore: null, _session_expiry: 0 });
  });

  test('a remembered visitor has a cookie for thirty days', async () => {
    await logIn('Ada', { remember: true });
    const { expires } = (await sessionCookie())!;
    const days = (expires - Date.now() / 1000) / 86_400;
    expect(days).toBeGreaterThan(29.9);
    expect(days).toBeLessThan(30.1);
    expect(await ticket('Ends')).toBe('in 30 days');
  });

  test('one who is not remembered has a cookie until the browser closes', async () => {
    await logIn('Ada');
    expect((await sessionCookie())!.expires).toBe(-1);
    expect(await ticket('Ends')).toBe('with the browser');
  });

  test('logging out takes away the cookie and the data', async () => {
    await putIn('Oranges', 2);
    await logIn('Ada');
    await page.getByRole('button', { name: 'Log out' }).click();
    await page.getByRole('button', { name: 'Log in' }).waitFor();
    expect(await sessionCookie()).toBeUndefined();
    expect(await data()).toEqual({});
  });

  test('the test cookie works once', async () => {
    await page.goto('/test-cookie');
    await page.getByRole('button', { name: 'Find out' }).click();
    expect(await page.getByRole('status').innerText()).toContain('It does.');
    await page.reload();
    expect(await page.getByRole('status').innerText()).toContain('No mark was found.');
  });

  test('the test cookie does not work where cookies are refused', async () => {
    await page.goto('/test-cookie');
    await page.getByRole('button', { name: 'Find out' }).click();
    await newVisitor();
    await page.goto('/test-cookie/result');
    expect(await page.getByRole('status').innerText()).toContain('No mark was found.');
  });

  test('the session page shows the session, and never the whole key', async () => {
    await page.goto('/');
    await logIn('Ada', { remember: true });
    expect(await data()).toMatchObject({ visits: 1, user: 'Ada' });
    const text = await page.locator('body').innerText();
    const key = (await sessionCookie())!.value;
    expect(text).toContain(`${key.slice(0, 6)}…`);
    expect(await page.content()).not.toContain(key);
    expect(text).toMatch(/Engine\s+db/);
    expect(text).toMatch(/Stored until\s+\d+ \w+ \d{4} at \d\d:\d\d:\d\d UTC\s+2,59\d,\d{3} seconds left/);
    expect(text).toMatch(/accessed\s+false → true/);
    expect(text).toMatch(/modified\s+false/);
  });

  test('a page without a session sends no cookie, no Vary and no statement', async () => {
    await page.goto('/');
    const response = (await page.goto('/about'))!;
    const headers = await response.allHeaders();
    expect(headers['set-cookie']).toBeUndefined();
    expect(headers['vary']).toBeUndefined();
    expect(await page.locator('.cost').innerText()).toBe('No SQL statements for this page');
  });

  test('a page that reads costs one statement, and one that writes a second', async () => {
    await page.goto('/');
    expect(await page.locator('.cost li').allInnerTexts()).toEqual([expect.stringMatching(/^INSERT/)]);
    await page.goto('/cart');
    expect(await page.locator('.cost li').allInnerTexts()).toEqual([expect.stringMatching(/^SELECT/)]);
    await page.goto('/');
    expect(await page.locator('.cost li').allInnerTexts()).toEqual([
      expect.stringMatching(/^SELECT/),
      expect.stringMatching(/^UPDATE/),
    ]);
  });

  test('what visitors write is text and never HTML', async () => {
    const thing = '"><img src=x onerror=alert(1)>';
    await putIn(thing, 1);
    await page.getByLabel(thing, { exact: true }).fill('5');
    await page.getByRole('button', { name: `Change the quantity of ${thing}` }).click();
    await page
      .locator('.ticket')
      .filter({ hasText: /In the cart\s*5/ })
      .waitFor();
    await logIn('<b>x</b>');
    expect(await heading()).toBe('Hello, <b>x</b>');
    expect(await data()).toMatchObject({ user: '<b>x</b>', cart: { items: [{ name: thing, quantity: 5 }] } });
    for (const path of ['/', '/cart', '/account', '/session']) {
      await page.goto(path);
      expect(await page.locator('body :is(b, img)').count()).toBe(0);
    }
  });

  test.each([
    ['/cart/add', { name: 'Tea', quantity: '0' }, 'The quantity must be a whole number from 1 to 99.'],
    ['/cart/add', { name: 'Tea', quantity: '1e1' }, 'The quantity must be a whole number from 1 to 99.'],
    ['/cart/add', { name: '  ', quantity: '1' }, 'The name is missing.'],
    ['/cart/add', { 'name[]': 'Tea', quantity: '1' }, 'The name is missing.'],
    ['/cart/add', { name: 'x'.repeat(61), quantity: '1' }, 'The name may have at most 60 characters.'],
    ['/account/log-in', {}, 'Your name is missing.'],
  ])('%s refuses %j', async (path, form, message) => {
    const response = await context.request.post(path, { form: form as Record<string, string> });
    expect(response.status()).toBe(400);
    await page.setContent(await response.text());
    expect(await page.locator('.lead').innerText()).toBe(message);
    expect(await sessionCookie()).toBeUndefined();
  });

  test('an address that leads nowhere answers with a page', async () => {
    const response = (await page.goto('/nowhere'))!;
    expect(response.status()).toBe(404);
    expect(await heading()).toBe('Not Found');
    await page.getByRole('link', { name: 'Go back' }).click();
    expect(await heading()).toBe('Welcome');
  });

  test.each([
    ['wide-light', { width: 1280, height: 860 }, 'light'],
    ['wide-dark', { width: 1280, height: 860 }, 'dark'],
    ['narrow-light', { width: 390, height: 844 }, 'light'],
    ['narrow-dark', { width: 390, height: 844 }, 'dark'],
  ] as const)('every page fits its window and has its picture taken: %s', async (name, viewport, colorScheme) => {
    const pictures = process.env['SCREENSHOTS'] ?? folder;
    const take = async (title: string) => {
      const overhang = await page.evaluate('document.documentElement.scrollWidth - innerWidth');
      expect(overhang).toBe(0);
      await page.screenshot({ path: join(pictures, `${title}-${name}.png`), fullPage: true });
    };
    await newVisitor({ viewport, colorScheme });
    await page.goto('/');
    await take('visits');
    await page.goto('/cart');
    await take('cart-empty');
    await putIn('Oranges', 6);
    await putIn('A rather long description of a thing that somebody wants', 1);
    await putIn('Donaudampfschifffahrtsgesellschaftskapitänsmütze', 2);
    await take('cart');
    await page.goto('/account');
    await take('log-in');
    await logIn('Ada Lovelace', { remember: true });
    await take('account');
    await page.goto('/test-cookie');
    await page.getByRole('button', { name: 'Find out' }).click();
    await take('test-cookie');
    await page.reload();
    await take('test-cookie-again');
    for (const path of ['session', 'about', 'nowhere']) {
      await page.goto(`/${path}`);
      await take(path);
    }
  });

  test('a restart keeps every session', async () => {
    await putIn('Oranges', 2);
    expect(await stopDemo(running)).toBe(0);
    running = await startDemo(database, Number(new URL(running.url).port));
    await page.goto('/cart');
    expect(await ticket('In the cart')).toBe('2');
    expect(statSync(`${database}-secret-key`).mode & 0o777).toBe(0o600);
  });

  test('a port that is taken is said so', async () => {
    const port = Number(new URL(running.url).port);
    const { code, output } = await runDemo(join(folder, 'other.sqlite3'), port);
    expect(code).toBe(1);
    expect(output).toContain(`Port ${port} is taken. Stop what uses it, or choose another: PORT=3001 npm start\n`);
  });

  test('its expired sessions can be cleared from a terminal', () => {
    const clear = ['clearsessions', '--app', join(demo, 'dist/app.module.js')];
    const env = { ...process.env, DATABASE: database };
    const printed = execFileSync(process.execPath, ['libs/sessions/dist/cli/main.js', ...clear], { env });
    expect(printed.toString()).toBe('Deleted 0 expired sessions.\n');
  });
});
