import { basename } from 'node:path';

/**
 * An error of the file system names the file it is about, and a session's file has its key in its
 * name, which must not be logged. Answers such an error without the name; others as they are.
 */
export function withoutKeys(error: unknown, cookieName: string): unknown {
  const { path, dest, code, message, stack } = error as NodeJS.ErrnoException & { dest?: string };
  const names = [path, dest].map((name) => basename(name ?? '')).filter((name) => name.startsWith(cookieName));
  if (names.length === 0) return error;
  const hide = (text: string) => names.reduce((shown, name) => shown.replaceAll(name, '[session file]'), text);
  const copy: NodeJS.ErrnoException = new Error(hide(message));
  if (stack) copy.stack = hide(stack);
  if (code !== undefined) copy.code = code;
  return copy;
}
