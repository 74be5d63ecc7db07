/** The engines that come with the library: Django's five by their short names, and one of our own. */
export const ENGINE_NAMES = ['db', 'cache', 'cached_db', 'file', 'signed_cookies', 'encrypted_cookies'] as const;
export type EngineName = (typeof ENGINE_NAMES)[number];

const DJANGO_PATH = /^django\.contrib\.sessions\.backends\.(db|cache|cached_db|file|signed_cookies)$/;

/** The engine that a name means: a short one, or Django's SESSION_ENGINE as it stands in a settings file. Null: none. */
export function engineNamed(name: string): EngineName | null {
  const short = DJANGO_PATH.exec(name)?.[1] ?? name;
  return ENGINE_NAMES.find((known) => known === short) ?? null;
}
