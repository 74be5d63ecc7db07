import { ConfigModule, ConfigService } from '@nestjs/config';
import { SessionsModule } from 'nestjs-django-sessions';

export const Sessions = SessionsModule.forRootAsync({
  imports: [ConfigModule],
  inject: [ConfigService],
  useFactory: (config: ConfigService) => ({
    secretKey: config.getOrThrow<string>('SECRET_KEY'),
    engine: config.get<string>('SESSION_ENGINE', 'db'), // 'django.contrib.sessions.backends.db' works too
    cookieSecure: config.get('NODE_ENV') === 'production',
  }),
});
