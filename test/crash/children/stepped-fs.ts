// The file system as the file engine sees it in a process that is to die at one of its calls.
import * as fs from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { stepped } from '../support/stepper.js';

// What is named below takes the place of what it is in here.
export * from 'node:fs/promises';

const counted =
  <A extends unknown[], R>(name: string, call: (...args: A) => Promise<R>) =>
  (...args: A): Promise<R> =>
    stepped(name, () => call(...args));

export const access = counted('access', fs.access);
export const link = counted('link', fs.link);
export const lstat = counted('lstat', fs.lstat as (...args: unknown[]) => Promise<unknown>);
export const opendir = counted('opendir', fs.opendir);
export const rename = counted('rename', fs.rename);
export const stat = counted('stat', fs.stat as (...args: unknown[]) => Promise<unknown>);
export const unlink = counted('unlink', fs.unlink);

export async function open(...args: Parameters<typeof fs.open>): Promise<FileHandle> {
  const [, flags] = args;
  const file = await stepped(flags === 'wx' ? 'open to write' : 'open to read', () => fs.open(...args));
  return new Proxy(file, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name, target);
      if (typeof member !== 'function') return member;
      return (...given: unknown[]) => stepped(`file.${String(name)}`, () => member.apply(target, given));
    },
  });
}
