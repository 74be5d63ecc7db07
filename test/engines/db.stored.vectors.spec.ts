import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { jsonSerializer } from '../../libs/sessions/src/core/json-serializer.js';
import { Session } from '../../libs/sessions/src/core/session.js';
import { fromIsoText } from '../../libs/sessions/src/core/iso-time.js';
import { SessionCodec } from '../../libs/sessions/src/core/session-codec.js';
import { DatabaseStore } from '../support/database-store.js';
import { expiryOf } from '../support/session-steps.js';
import { type Vector, vectors } from '../support/vectors.js';
import { SECRET } from '../support/application.js';

let embedded: DatabaseStore;
beforeAll(async () => {
  embedded = await DatabaseStore.open();
});
beforeEach(() => embedded.wipe());
afterAll(() => embedded.close());

const stored = vectors('stored', 'stored_db');

describe('a row is what Django would have written', () => {
  test.each(stored.filter(({ out }) => Array.isArray(out)))('$name', async ({ in: given, out: [row] }) => {
    embedded.clock.seconds = given.now;
    const store = embedded.store([given.secret], {}, { newKey: () => given.session_key });
    await store.create(jsonSerializer.loads(given.payload));
    const [ours] = await embedded.rows();
    expect(ours).toMatchObject({ session_key: row.key, expire_date: row.expire_date });
    const codec = new SessionCodec([given.secret]);
    expect(codec.decode(ours!.session_data)).toEqual(codec.decode(row.session_data));
    if (!row.session_data.startsWith('.')) expect(ours!.session_data).toBe(row.session_data);
  });
});

describe("Django's row is read and carried", () => {
  test.each(stored.filter(({ out }) => Array.isArray(out)))('$name', async ({ in: given, out: [row] }) => {
    await embedded.dataSource.query('INSERT INTO django_session VALUES (?, ?, ?)', [
      row.key,
      row.session_data,
      '9999-12-31 00:00:00',
    ]);
    embedded.clock.seconds = given.now;
    const session = await new Session<any>(embedded.store([given.secret]), row.key).load();
    session.set('ours', 1);
    // A session of NaN is only carried: what else is in it goes back as it came.
    await session.save();
    const decoded = new SessionCodec([given.secret]).decode((await embedded.rows())[0]!.session_data);
    const expected = given.payload === '{}' ? '{"ours":1}' : given.payload.replace(/\}$/, ',"ours":1}');
    expect((decoded as { payload: string }).payload).toBe(expected);
  });
});

const dates: Vector[] = vectors('stored', 'expire_date');

describe('expire_date, column text', () => {
  test.each(dates.filter(({ in: given }) => given.use_tz && given.set[0] !== 'datetime'))(
    '$name $in.set',
    async ({ in: given, out }) => {
      expect(await expireDate(given)).toBe(out.expire_date);
    },
  );

  test.each(dates.filter(({ in: given }) => given.use_tz && given.set[0] === 'datetime'))(
    '$name $in.set: a date without an offset is local time of timeZone',
    async ({ in: given, out }) => {
      expect(await expireDate(given)).toBe(out.expire_date);
    },
  );

  const naive = dates.filter(({ in: given }) => !given.use_tz);
  const acrossSummerTime = 'row-11';
  const refusedByDjango = 'row-14';

  test.each(naive.filter(({ name }) => name !== acrossSummerTime && name !== refusedByDjango))(
    '$name $in.set $in.time_zone: USE_TZ true is assumed, so the same instant is written in UTC',
    async ({ in: given, out }) => {
      expect(instant(await expireDate(given), 'UTC')).toBe(instant(out.expire_date, given.time_zone));
    },
  );

  test(`${acrossSummerTime}: two weeks are two weeks, also where clocks change (with USE_TZ false Django is an hour off)`, async () => {
    const { in: given, out } = dates.find(({ name }) => name === acrossSummerTime)!;
    expect(instant(await expireDate(given), 'UTC')).toBe((given.now + 1_209_600) * 1000);
    expect(instant(out.expire_date, given.time_zone)).toBe((given.now + 1_209_600 - 3600) * 1000);
  });

  test(`${refusedByDjango}: an aware date is no error, as there is no other kind (with USE_TZ false Django fails)`, async () => {
    const { in: given, out } = dates.find(({ name }) => name === refusedByDjango)!;
    expect(out.error).toBe('ValueError');
    expect(await expireDate(given)).toBe('2024-03-01 00:00:00');
  });

  function instant(text: string, zone: string): number | null {
    return fromIsoText(text.replace(' ', 'T'), zone);
  }

  async function expireDate(given: any): Promise<string> {
    embedded.clock.seconds = given.now;
    const session = new Session<any>(
      embedded.store([SECRET], { cookieAge: given.cookie_age ?? 1_209_600, timeZone: given.time_zone }),
    );
    session.setExpiry(expiryOf(given.set));
    await session.save();
    return (await embedded.rows())[0]!.expire_date;
  }
});
