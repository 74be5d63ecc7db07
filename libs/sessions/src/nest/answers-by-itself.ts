import type { ExecutionContext } from '@nestjs/common';

/** Nest's metadata of a handler: its parameters, and `passthrough` of @Res(). */
const ROUTE_ARGUMENTS = '__routeArguments__';
const RESPONSE_PASSTHROUGH = '__responsePassthrough__';
/** Its numbers for @Res() and @Next() among the parameters. */
const RESPONSE = '1';
const NEXT = '2';

const known = new WeakMap<object, boolean>();

/**
 * Whether a handler writes its answer itself, through @Res() or @Next(). It may have begun by the
 * time it returns: an exception after it would make a second answer.
 */
export function answersByItself(context: ExecutionContext): boolean {
  const handler = context.getHandler();
  let answer = known.get(handler);
  if (answer === undefined) {
    const { name } = handler;
    const controller = context.getClass();
    const parameters = (Reflect.getMetadata(ROUTE_ARGUMENTS, controller, name) ?? {}) as object;
    const kinds = Object.keys(parameters).map((key) => key.split(':')[0]);
    const passesThrough = Boolean(Reflect.getMetadata(RESPONSE_PASSTHROUGH, controller, name));
    answer = kinds.includes(NEXT) || (kinds.includes(RESPONSE) && !passesThrough);
    known.set(handler, answer);
  }
  return answer;
}
