const SECRET = 'a secret of more than thirty-two characters';

/** The steps of ours that run in a request. `load` imports a part of the library's build. */
export async function ourSteps(load, data) {
  const { SessionCodec } = await load('core/session-codec');
  const { TimestampSigner } = await load('core/signer');
  const { jsonSerializer } = await load('core/json-serializer');
  const { newSessionKey } = await load('core/session-key');
  const { SessionStore } = await load('core/session-store');
  const { Session } = await load('core/session');
  const { CookieCipher } = await load('engines/encrypted-cookies/cookie-cipher');
  const { RequestSession } = await load('http/request-session');

  const codec = new SessionCodec([SECRET]);
  const signer = new TimestampSigner([SECRET], 'salt');
  const text = jsonSerializer.dumps(data);
  const now = Date.now();
  const encoded = codec.encode(text, now);
  const signed = signer.sign(text, now);

  const engine = {
    plain: true,
    load: async () => ({ payload: text, version: text }),
    exists: async () => true,
    create: async () => ({ key: 'k' }),
    save: async (key) => ({ key }),
    delete: async () => {},
  };
  const settings = {
    serializer: jsonSerializer,
    clock: () => now,
    cookieAge: 1_209_600,
    absoluteAge: null,
    expireAtBrowserClose: false,
    timeZone: 'UTC',
    concurrency: 'merge',
  };
  const store = new SessionStore(engine, settings);
  const read = new Session(store, 'abcdefghijklmnopqrstuvwxyz012345');
  await read.load();
  read.get('n');
  const lent = new Session(store, 'abcdefghijklmnopqrstuvwxyz012345');
  await lent.load();
  lent.get('payload');
  const cipher = new CookieCipher([SECRET], 'sessionid');
  const sealed = cipher.seal(text, now);
  const request = { cookie: { name: 'sessionid', path: '/' }, saveEveryRequest: false };

  return {
    'ours: serialize': () => jsonSerializer.dumps(data),
    'ours: parse, to read': () => jsonSerializer.peek(text),
    'ours: parse, to change or hand out objects': () => jsonSerializer.loads(text),
    'ours: sign': () => signer.sign(text, now),
    'ours: verify': () => signer.unsign(signed),
    'ours: encode and sign (Django’s bytes)': () => codec.encode(jsonSerializer.dumps(data), now),
    'ours: verify and decode': () => jsonSerializer.peek(codec.decode(encoded).payload),
    'ours: verify and decode, to change': () => jsonSerializer.loads(codec.decode(encoded).payload),
    'ours: a new key': () => newSessionKey(),
    'ours: is a session changed? (a number was read)': () => !read.modified,
    'ours: is a session changed? (an object was read)': () => !lent.modified,
    'ours: a request that never touched its session, begun and ended': () => {
      const untouched = new RequestSession(store, request, 'theme=dark; sessionid=abcdefghijklmnopqrstuvwxyz012345');
      return !untouched.mustSave(200) && !untouched.headers(200).vary;
    },
    'ours: seal (encrypted_cookies)': () => cipher.seal(text, now),
    'ours: open (encrypted_cookies)': () => cipher.open(sealed),
  };
}
