import { fileURLToPath } from 'node:url';
import { Child } from './child.mjs';

/** Has a script do its work in a process of its own, where the server under test would be. Throws what it throws. */
export async function workOf(script, settings, flags = []) {
  const path = fileURLToPath(new URL(`../${script}`, import.meta.url));
  const child = new Child(path, [JSON.stringify(settings)], { where: 'server', flags });
  const { result, error } = await child.says('result');
  await child.end();
  if (error) throw new Error(error);
  return result;
}
