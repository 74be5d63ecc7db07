import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { fromIsoText, toIsoText } from '../../libs/sessions/src/core/iso-time.js';
import { Session } from '../../libs/sessions/src/core/session.js';
import { DatabaseStore } from '../support/database-store.js';
import { expiryOf } from '../support/session-steps.js';
import { type Vector, vectors } from '../support/vectors.js';

let embedded: DatabaseStore;
beforeAll(async () => {
  embedded = await DatabaseStore.open();
});
afterAll(() => embedded.close());

const cases = vectors('expiry', 'expiry');
const leavesDjango: Record<string, string> = {
  'naive-use-tz': 'a date without an offset is local time of timeZone, not an error',
  'string-date-only': 'a date without a time is read too, as local time of timeZone',
  'aware-no-tz': 'an aware date is never compared with a naive one, so there is no error',
  'string-junk': 'a text that is no date is refused when it is set, and not at the next save',
  'string-empty': 'an empty text is refused when it is set',
  'stored-list': 'a list is refused instead of being answered as an age',
  'stored-true': 'true counts as one second, as in Python, and is answered as a number',
  'delta-no-tz-chicago': 'dates are written in UTC: USE_TZ true is assumed',
};

function session({ in: given }: Vector): Session<any> {
  embedded.clock.seconds = given.now;
  const store = embedded.store(['x'], {
    cookieAge: given.cookie_age ?? 1_209_600,
    expireAtBrowserClose: given.browser_close ?? false,
    timeZone: given.time_zone ?? 'UTC',
  });
  return new Session(store);
}

function options(given: any) {
  return {
    ...(given.modification && { modification: new Date(given.modification) }),
    ...('expiry' in given && { expiry: expiryOf(given.expiry) }),
  };
}

describe("Django's expiry rules", () => {
  test.each(cases.filter(({ name }) => !leavesDjango[name]))('$name', (vector) => {
    const { in: given, out } = vector;
    const s = session(vector);
    if (given.set) s.setExpiry(expiryOf(given.set));
    if ('stored' in given) s.set('_session_expiry', given.stored);
    expect(s.get('_session_expiry', null)).toEqual(out.stored);
    expect(s.getExpiryAge(options(given))).toBe(out.get_expiry_age);
    const expected = fromIsoText(out.get_expiry_date.datetime, given.time_zone ?? 'UTC')!;
    expect(s.getExpiryDate(options(given)).getTime()).toBe(Math.floor(expected));
    expect(s.getExpireAtBrowserClose()).toBe(out.get_expire_at_browser_close);
  });
});

describe("where we leave Django's path", () => {
  const leaving = (name: string) => {
    const vector = cases.find((one) => one.name === name)!;
    return { vector, s: session(vector) };
  };
  const title = (name: string) => `${name}: ${leavesDjango[name]}`;

  test(title('naive-use-tz'), () => {
    const { vector, s } = leaving('naive-use-tz');
    s.setExpiry(expiryOf(vector.in.set));
    expect(s.getExpiryDate()).toEqual(new Date('2024-02-29T13:00:00Z'));
    expect(s.getExpiryAge()).toBe(3599);
  });

  test(title('string-date-only'), () => {
    const { s } = leaving('string-date-only');
    s.setExpiry('2024-03-01');
    expect(s.getExpiryDate()).toEqual(new Date('2024-03-01T00:00:00Z'));
  });

  test(title('aware-no-tz'), () => {
    const { vector, s } = leaving('aware-no-tz');
    s.setExpiry(expiryOf(vector.in.set));
    expect(s.getExpiryAge()).toBe(3599);
  });

  test.each(['string-junk', 'string-empty'])('%s: refused when it is set', (name) => {
    const { vector, s } = leaving(name);
    expect(() => s.setExpiry(expiryOf(vector.in.set))).toThrow(/expiry must be seconds, a Date, an ISO text/);
  });

  test(title('stored-list'), () => {
    const { s } = leaving('stored-list');
    s.set('_session_expiry', [1]);
    expect(() => s.getExpiryAge()).toThrow(/_session_expiry is \[1\], which is neither seconds nor a date/);
  });

  test(title('stored-true'), () => {
    const { s } = leaving('stored-true');
    s.set('_session_expiry', true);
    expect(s.getExpiryAge()).toBe(1);
    expect(s.getExpiryDate()).toEqual(new Date('2024-02-29T12:00:01.250Z'));
  });

  test(title('delta-no-tz-chicago'), () => {
    const { vector, s } = leaving('delta-no-tz-chicago');
    s.setExpiry(expiryOf(vector.in.set));
    expect(s.get('_session_expiry')).toBe('2024-02-29T12:01:00.250000+00:00');
    expect(s.getExpiryAge()).toBe(vector.out.get_expiry_age);
  });

  test('every case is accounted for', () => {
    expect(cases.length).toBe(48);
    expect(Object.keys(leavesDjango).filter((name) => !cases.some((one) => one.name === name))).toEqual([]);
  });
});

describe('dates as Python writes and reads them', () => {
  test.each([
    [1709208000000, '2024-02-29T12:00:00+00:00'],
    [1709208000250, '2024-02-29T12:00:00.250000+00:00'],
    [1893553445000.006, '2030-01-02T03:04:05.000006+00:00'],
    [-1, '1969-12-31T23:59:59.999000+00:00'],
  ])('%d is %s', (instant, text) => {
    expect(toIsoText(instant)).toBe(text);
    expect(fromIsoText(text, 'UTC')).toBeCloseTo(instant, 3);
  });

  test.each(['2024-02-30T00:00:00Z', '2024-13-01', '2024-01-01T24:00:00', 'yesterday', '2024-01-01T10', ''])(
    '%p is no date',
    (text) => {
      expect(fromIsoText(text, 'UTC')).toBeNull();
    },
  );

  test('a date without an offset follows the clocks of its zone, in summer and in winter', () => {
    expect(fromIsoText('2024-07-01T12:00:00', 'Europe/Berlin')).toBe(Date.parse('2024-07-01T10:00:00Z'));
    expect(fromIsoText('2024-01-01T12:00:00', 'Europe/Berlin')).toBe(Date.parse('2024-01-01T11:00:00Z'));
    expect(fromIsoText('2024-03-31T01:59:59', 'Europe/Berlin')).toBe(Date.parse('2024-03-31T00:59:59Z'));
    expect(fromIsoText('2024-03-31T03:00:00', 'Europe/Berlin')).toBe(Date.parse('2024-03-31T01:00:00Z'));
  });
});
