import { Redis } from 'ioredis';
import { SessionsModule } from 'nestjs-django-sessions';

const secretKey = process.env.SECRET_KEY;

export const inRedis = SessionsModule.forRoot({
  secretKey,
  engine: 'cache',
  caches: { default: { backend: 'redis', location: 'redis://127.0.0.1:6379/1', keyPrefix: 'shop' } },
});

export const inRedisWithDjango = SessionsModule.forRoot({
  secretKey,
  engine: 'cache',
  caches: { default: { backend: 'redis', location: 'redis://127.0.0.1:6379/1', values: 'pickle' } },
});

export const inRedisOfTheApplication = (client: Redis) =>
  SessionsModule.forRoot({
    secretKey,
    engine: 'cache',
    caches: { default: { backend: 'redis', location: client } }, // a Cluster too
  });

export const inMemcached = SessionsModule.forRoot({
  secretKey,
  engine: 'cache',
  caches: { default: { backend: 'memcached', location: '127.0.0.1:11211' } },
});

export const inDatabaseAndCache = SessionsModule.forRoot({
  secretKey,
  engine: 'cached_db',
  caches: { default: { backend: 'redis', location: 'redis://127.0.0.1:6379/1' } },
});

export const inFiles = SessionsModule.forRoot({
  secretKey,
  engine: 'file',
  filePath: process.env.SESSIONS_FOLDER ?? '/var/lib/shop/sessions', // must be there, and be writable
});

export const inSignedCookies = SessionsModule.forRoot({
  secretKey,
  engine: 'signed_cookies',
  cookieAge: 3600, // also how long an old cookie can be sent again
});

export const inEncryptedCookies = SessionsModule.forRoot({
  secretKey,
  engine: 'encrypted_cookies',
  cookieAge: 3600,
  cookieSecure: true,
});
