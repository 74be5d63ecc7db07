import { SessionsModule } from 'nestjs-django-sessions';
import * as v from 'valibot';

export const strictSchema = v.strictObject({
  cart: v.optional(v.array(v.string())),
  // What django.contrib.auth keeps of who is logged in.
  _auth_user_id: v.optional(v.string()),
  _auth_user_backend: v.optional(v.string()),
  _auth_user_hash: v.optional(v.string()),
});

export const StrictSessions = SessionsModule.forRoot({ secretKey: process.env.SECRET_KEY, schema: strictSchema });
