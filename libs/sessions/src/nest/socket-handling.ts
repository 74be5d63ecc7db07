import { AsyncLocalStorage } from 'node:async_hooks';
import type { ArgumentsHost, ExecutionContext } from '@nestjs/common';
import { SocketMessage } from './socket-message.js';
import { socketSessionOf } from './socket-session.js';

interface Handling {
  message: SocketMessage;
  context: ExecutionContext;
}

/** What guards and interceptors of a message have in common: the array of its arguments. */
const byArguments = new WeakMap<object, SocketMessage>();

/** Parameter decorators get an array of their own; they find the message they run in. */
const handling = new AsyncLocalStorage<Handling>();

/** The sessions of the message that a gateway's guard, interceptor or parameter decorator is asked about. */
export function messageOf(context: ArgumentsHost): SocketMessage {
  return handledNow(context) ?? messageByArguments(context);
}

/** Runs what handles the message; the interceptor of a gateway does, where there is one. */
export function handleMessage<R>(context: ExecutionContext, handle: (message: SocketMessage) => R): R {
  const message = messageByArguments(context);
  return handling.run({ message, context }, () => handle(message));
}

/** Whether an interceptor around this one has the message in hand. */
export function isHandled(context: ExecutionContext): boolean {
  return handling.getStore()?.context.getArgs() === context.getArgs();
}

function messageByArguments(context: ArgumentsHost): SocketMessage {
  const args = context.getArgs();
  let message = byArguments.get(args);
  if (!message) {
    const client = context.switchToWs().getClient<object>();
    message = new SocketMessage((name) => socketSessionOf(client, name));
    byArguments.set(args, message);
  }
  return message;
}

/**
 * The message that is handled here and now, unless it is somebody else's: what a handler sets off runs in
 * its asynchronous context, be it a message of another socket to a handler that no interceptor is around.
 */
function handledNow(context: ArgumentsHost): SocketMessage | undefined {
  const now = handling.getStore();
  return now?.context.getArgByIndex<unknown>(0) === context.getArgByIndex<unknown>(0) ? now?.message : undefined;
}
