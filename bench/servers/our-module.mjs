import { pathToFileURL } from 'node:url';

/** Imports a part of the library's build. */
export function libraryOf({ library }) {
  return (part) => import(pathToFileURL(`${library}/${part}.js`).href);
}

/** The modules of an application with our sessions, with every option at its default but where they live. */
export async function ourModules({ engine, store }, settings) {
  const library = libraryOf(settings);
  const { SessionsModule } = await library('index');
  return [
    ...(DATABASES[store] ? [await databaseModule(DATABASES[store](settings), await library('typeorm'))] : []),
    SessionsModule.forRoot({
      secretKey: 'a secret of more than thirty-two characters',
      engine,
      caches: { default: CACHES[store]?.(settings) ?? { backend: 'memory' } },
      ...(engine === 'file' && { filePath: settings.folder }),
      clearSessions: false,
    }),
  ];
}

const CACHES = {
  redis: ({ redis }) => ({ backend: 'redis', location: redis }),
  'postgres and redis': ({ redis }) => ({ backend: 'redis', location: redis }),
  memcached: ({ memcached }) => ({ backend: 'memcached', location: memcached }),
};

const DATABASES = {
  postgres: ({ postgres }) => ({ type: 'postgres', url: postgres }),
  'postgres and redis': ({ postgres }) => ({ type: 'postgres', url: postgres }),
  sqlite: ({ folder }) => ({
    type: 'better-sqlite3',
    database: `${folder}/ours.sqlite3`,
    enableWAL: true,
    prepareDatabase: (database) => void database.pragma('synchronous = NORMAL'),
  }),
};

async function databaseModule(options, { CreateDjangoSession1700000000000 }) {
  const { TypeOrmModule } = await import('@nestjs/typeorm');
  return TypeOrmModule.forRoot({ ...options, migrations: [CreateDjangoSession1700000000000], migrationsRun: true });
}
