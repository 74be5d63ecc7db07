import { afterAll, describe, expect, test } from '@jest/globals';
import { jsonSerializer } from '../../libs/sessions/src/core/json-serializer.js';
import { SessionCodec } from '../../libs/sessions/src/core/session-codec.js';
import { SECRET } from '../support/application.js';
import { RequestPlayer } from '../support/play-requests.js';
import { SignedCookiesStore } from '../support/signed-cookies-store.js';
import { type Vector, vectors } from '../support/vectors.js';

const player = new RequestPlayer(new SignedCookiesStore());
afterAll(() => player.close());

const codec = new SessionCodec([SECRET], 'django.contrib.sessions.backends.signed_cookies');

/** What a Set-Cookie holds, as the vectors have it, and its attributes. */
function parse(setCookie: string): { data: unknown; attributes: string } {
  const [, value, attributes] = /^sessionid=([^;]*)(.*)$/.exec(setCookie)!;
  const decoded = codec.decode(value!);
  return {
    data: typeof decoded === 'string' ? null : { ...jsonSerializer.loads(decoded.payload) },
    attributes: attributes!,
  };
}

interface Departure {
  out: Record<string, unknown>;
  why: string;
}

/** Where ours differs on purpose, with the part of design it rests on. */
const LEAVES_DJANGO: Record<string, Departure> = {
  'big-cookie/signed_cookies': {
    out: { status: 500, set_cookie: [], vary: [], cookie_payload: [] },
    why: 'a cookie that browsers would drop is refused before it is sent',
  },
};

const cases = vectors('requests', 'requests').filter(({ in: given }) => given.engine === 'signed_cookies');

describe.each([
  { loadEarly: false, how: 'the session is loaded when the view first uses it' },
  { loadEarly: true, how: 'the session is loaded before the view, by @Session()' },
])("a request with signed cookies ends as Django's would; $how", ({ loadEarly }) => {
  const title = ({ name }: Vector) => name + (LEAVES_DJANGO[name] ? `: ${LEAVES_DJANGO[name].why}` : '');
  test.each(cases.map((vector) => ({ vector, title: title(vector) })))('$title', async ({ vector }) => {
    const { name, out } = vector;
    const { cacheControl, stored: _, ...seen } = await player.play(vector, loadEarly);
    const cookies = seen.set_cookie.map(parse);
    const expected = {
      status: Number(out.status.split(' ')[0]),
      set_cookie: out.set_cookie,
      vary: out.vary,
      cookie_payload: out.cookie_payload,
      ...LEAVES_DJANGO[name]?.out,
    };
    expect({
      ...seen,
      // Where Django compressed, the bytes may be others.
      set_cookie: expected.set_cookie.some((text: string) => text.startsWith('sessionid=.'))
        ? cookies.map(({ attributes }, index) => `sessionid=${/=([^;]*)/.exec(out.set_cookie[index])![1]}${attributes}`)
        : seen.set_cookie,
      cookie_payload: cookies.map(({ data }) => data),
    }).toEqual(expected);
    expect(cacheControl).toBe(seen.set_cookie.length > 0 ? 'no-store' : null);
  });
});
