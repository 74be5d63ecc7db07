import type { INestApplication, ModuleMetadata, Type } from '@nestjs/common';
import { Test, type TestingModuleBuilder } from '@nestjs/testing';
import { type SessionsOptions, SessionsModule } from 'nestjs-django-sessions';
import { CreateDjangoSession1700000000000 } from 'nestjs-django-sessions/typeorm';
import { TypeOrmModule } from '@nestjs/typeorm';

export const SECRET = 's3cr3t-for-the-shared-vectors-0123456789abcdef';

/** An embedded database in memory with Django's table. */
export const embeddedDatabase = () =>
  TypeOrmModule.forRoot({
    type: 'better-sqlite3',
    database: ':memory:',
    migrations: [CreateDjangoSession1700000000000],
    migrationsRun: true,
  });

export interface TestApplication {
  app: INestApplication;
  url: string;
}

/** Starts an application with sessions on a free port. */
export async function startApplication(
  options: Partial<SessionsOptions>,
  parts: { controllers?: Type[]; imports?: ModuleMetadata['imports']; providers?: ModuleMetadata['providers'] },
  adjust: (builder: TestingModuleBuilder) => TestingModuleBuilder = (builder) => builder,
  prepare: (app: INestApplication) => void = () => {},
): Promise<TestApplication> {
  const builder = Test.createTestingModule({
    imports: [
      embeddedDatabase(),
      ...(parts.imports ?? []),
      SessionsModule.forRoot({ secretKey: SECRET, clearSessions: false, ...options }),
    ],
    controllers: parts.controllers ?? [],
    providers: parts.providers ?? [],
  });
  const app = (await adjust(builder).compile()).createNestApplication({ logger: false });
  prepare(app);
  await app.listen(0, '127.0.0.1');
  return { app, url: (await app.getUrl()).replace('[::1]', '127.0.0.1') };
}
