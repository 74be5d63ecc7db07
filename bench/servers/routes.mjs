import { Controller, Get, Param, Post, Req, Res, Session } from '@nestjs/common';

/** What a handler may take: Nest's own decorators, so that every contender is an ordinary controller. */
export const take = {
  session: () => Session(),
  request: () => Req(),
  response: () => Res({ passthrough: true }),
  size: () => Param('size'),
};

const ROUTES = {
  untouched: Get('untouched'),
  read: Get('read'),
  write: Post('write'),
  login: Post('login'),
  seed: Post('seed/:size'),
};

/**
 * The controller of a contender, made without a compiler. `handlers`: for each route a list of what it takes,
 * and the function. All answer the same: the counter that the session holds.
 */
export function controllerOf(handlers) {
  class BenchController {}
  const { prototype } = BenchController;
  for (const [name, route] of Object.entries(ROUTES)) {
    const [parameters, run] = name === 'untouched' ? [[], () => ({ ok: true })] : handlers[name];
    Object.defineProperty(prototype, name, { value: run, configurable: true, writable: true });
    parameters.forEach((decorate, index) => decorate(prototype, name, index));
    route(prototype, name, Object.getOwnPropertyDescriptor(prototype, name));
  }
  Controller()(BenchController);
  return BenchController;
}

/** The handlers of a contender whose session is a plain object on the request, however it came there. */
export function plainHandlers({ session = take.session(), login }) {
  return {
    read: [[session], (data) => ({ n: data.n })],
    write: [[session], (data) => ({ n: ++data.n })],
    login,
    seed: [
      [session, take.size()],
      async (data, size) => {
        const { payloadOf } = await import('./payload.mjs');
        data.n = 0;
        data.payload = payloadOf(Number(size));
        return { n: 0 };
      },
    ],
  };
}
