import { expect } from '@jest/globals';
import type { Visitor } from '../../support/browserlike.js';
import { type Answer, AT_ONCE, LONGEST, type Shop } from './shop.js';

const UNAVAILABLE = { statusCode: 503, message: 'The session store is unavailable.' };

/** Answers that say what is the matter, in time, and leave the visitor's cookie as it is. */
export function expectUnavailable(answers: Answer[]): void {
  for (const { status, body, cookies, elapsed } of answers) {
    expect({ status, body }).toEqual({ status: 503, body: expect.objectContaining(UNAVAILABLE) });
    expect(cookies).toEqual([]);
    expect(elapsed).toBeLessThan(LONGEST);
  }
}

/** Answers that are what was asked for, in time, and take no cookie away. */
export function expectServed(answers: Answer[]): void {
  for (const { status, cookies, elapsed } of answers) {
    expect(status).toBe(200);
    expect(cookies.join()).not.toContain('Max-Age=0');
    expect(elapsed).toBeLessThan(LONGEST);
  }
}

/** Who does not use the session, with a cookie or without, does not notice. */
export async function expectOthersUnaffected(shop: Shop, visitor: Visitor): Promise<void> {
  for (const answer of [await shop.ask(visitor, 'GET /plain'), await shop.ask(shop.visitor(), 'GET /plain')]) {
    expect(answer).toMatchObject({ status: 200, body: { plain: true }, cookies: [] });
    expect(answer.elapsed).toBeLessThan(AT_ONCE);
  }
}

/** What the application's filter is given for these requests. */
export const unavailableFor = (...requests: string[]) =>
  requests.map((request) => `${request} SessionStoreUnavailableException`).sort();
