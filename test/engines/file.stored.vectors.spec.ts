import { utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, test } from '@jest/globals';
import { jsonSerializer } from '../../libs/sessions/src/core/json-serializer.js';
import { SessionCodec } from '../../libs/sessions/src/core/session-codec.js';
import { Session } from '../../libs/sessions/src/core/session.js';
import { FileStore } from '../support/file-store.js';
import { vectors } from '../support/vectors.js';

const files = new FileStore();
beforeEach(() => files.wipe());
afterAll(() => files.close());

const stored = vectors('stored', 'stored_file');

describe('a file is what Django would have written', () => {
  test.each(stored)('$name', async ({ in: given, out: [file] }) => {
    files.clock.seconds = given.now;
    await files
      .store([given.secret], {}, { newKey: () => given.session_key })
      .create(jsonSerializer.loads(given.payload));
    const [ours, ...others] = await files.stored(given.secret);
    expect(others).toEqual([]);
    expect(ours).toMatchObject({ name: file.name, mode: file.mode, mtime: file.mtime });
    const codec = new SessionCodec([given.secret]);
    const content = files.content(file.name);
    expect(codec.decode(content)).toEqual(codec.decode(file.content));
    if (!file.content.startsWith('.')) expect(content).toBe(file.content);
  });
});

describe("Django's file is read and carried", () => {
  test.each(stored)('$name', async ({ in: given, out: [file] }) => {
    const path = join(files.folder, file.name);
    writeFileSync(path, file.content, { mode: 0o600 });
    utimesSync(path, file.mtime, file.mtime);
    // A moment before it was written: one that was stored expired can be read as well.
    files.clock.seconds = file.mtime - 60;
    const session = await new Session<any>(files.store([given.secret]), given.session_key).load();
    session.set('ours', 1);
    await session.save();
    const decoded = new SessionCodec([given.secret]).decode(files.content(file.name));
    const expected = given.payload === '{}' ? '{"ours":1}' : given.payload.replace(/\}$/, ',"ours":1}');
    expect((decoded as { payload: string }).payload).toBe(expected);
    expect(files.names()).toEqual([file.name]);
  });
});
