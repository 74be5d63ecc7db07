import { UseInterceptors } from '@nestjs/common';
import { SessionInterceptor } from './session.interceptor.js';

/** Nest's metadata of a handler: what is around it, the verb of its route, and what answers in the place of its value. */
const INTERCEPTORS = '__interceptors__';
const VERB = 'method';
const OTHER_ANSWERS = ['__renderTemplate__', '__redirect__', '__sse__', 'message'];

/** Handlers that take a session, and have the interceptor for it. */
const intercepted = new Set<object>();

/** Gives a handler `SessionInterceptor`, once. What else it is, a route or a message, its other decorators tell later. */
export function interceptHandler(target: object, key: string | symbol): void {
  const descriptor = Object.getOwnPropertyDescriptor(target, key);
  const handler = descriptor?.value as object | undefined;
  if (typeof handler !== 'function' || intercepted.has(handler)) return;
  intercepted.add(handler);
  UseInterceptors(SessionInterceptor)(target, key, descriptor!);
}

/**
 * Takes the interceptor away from the routes whose value Nest hands to `reply`, which saves by itself: what
 * Nest does for any interceptor takes longer than all that a session needs.
 */
export function releasePlainRoutes(): void {
  for (const handler of intercepted) {
    const has = (name: string) => Reflect.hasMetadata(name, handler);
    if (!has(VERB) || OTHER_ANSWERS.some(has)) continue;
    // Only ours, which came first: the application may have placed another.
    const [, ...others] = Reflect.getMetadata(INTERCEPTORS, handler) as unknown[];
    Reflect.defineMetadata(INTERCEPTORS, others, handler);
    intercepted.delete(handler);
  }
}
