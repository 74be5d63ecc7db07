import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import passport from 'passport';

/** In the place of `configure`, and before the application listens. */
export function passportOnFastify(app: NestFastifyApplication): void {
  app
    .getHttpAdapter()
    .getInstance()
    .addHook('preHandler', passport.session() as () => void);
}
