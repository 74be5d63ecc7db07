/** The engines that come with the library, by Django's short names and two of our own. */
export const ENGINE_NAMES = ['db'] as const;
export type EngineName = (typeof ENGINE_NAMES)[number];

/** Django's SESSION_ENGINE as it stands in a settings file. */
export const DJANGO_ENGINES: Readonly<Record<string, EngineName>> = {
  'django.contrib.sessions.backends.db': 'db',
};
