import type { ServerResponse } from 'node:http';
import type { Gate, RequestSessions } from './request-sessions.js';
import { type GateKeeper, HELD, type Methods, ResponseGate } from './response-gate.js';

/** Those of Node's own. */
const OF_NODE = ['writeHead', 'flushHeaders', 'write', 'end'] as const;

/** Methods that lead through the gate of a response, once it has one. `below`: those by which calls go on. */
export function gatedMethods(gateOf: (response: ServerResponse) => Gate | null, below: Methods): Methods {
  const methods: Methods = {};
  for (const name of OF_NODE) {
    const found = below[name]!;
    methods[name] = function (this: ServerResponse, ...args: unknown[]): unknown {
      const gate = gateOf(this);
      return gate ? gate.meet(name, args) : found.apply(this, args);
    };
  }
  return methods;
}

/** The methods that responses inherit from a prototype, as they are now. */
export function methodsOf(prototype: object): Methods {
  return Object.fromEntries(OF_NODE.map((name) => [name, (prototype as Methods)[name]]));
}

/** Places them on what all responses of a platform inherit from: a member on each of them slows all that is done with it. */
export function placeOnPrototype(prototype: object, methods: Methods): void {
  for (const name of OF_NODE) {
    Object.defineProperty(prototype, name, { configurable: true, writable: true, value: methods[name] });
  }
}

/** Whether this very response has other methods than all, its own or somebody's: its gate has to stand above them. */
export function isOverridden(response: ServerResponse, methods: Methods): boolean {
  const present = response as unknown as Methods;
  for (const name of HELD) if (present[name] !== methods[name]) return true;
  return false;
}

/**
 * Puts a gate on one response, above what others have put there before; they may put theirs over ours later:
 * calls go on by what was found, and what was put over ours stays.
 */
export function gateOnResponse(response: ServerResponse, sessions: RequestSessions, keeper: GateKeeper): void {
  const methods = response as unknown as Methods;
  const below: Methods = {};
  const ours: Methods = {};
  const putBack = () => {
    // By assignment: a response that members are deleted from is a slow one from then on.
    for (const name of HELD) if (ours[name] && methods[name] === ours[name]) methods[name] = below[name]!;
  };
  const isLate = response.headersSent;
  const gate = new ResponseGate(response, sessions, keeper, below, putBack);
  if (isLate) return;
  for (const name of HELD) {
    const found = methods[name];
    if (!found) continue;
    below[name] = found;
    methods[name] = ours[name] = (...args: unknown[]) => gate.meet(name, args);
  }
}
