import type { ServerResponse } from 'node:http';
import type { Gate, RequestSessions } from './request-sessions.js';
import { type GateKeeper, HELD, type Methods, ResponseGate } from './response-gate.js';

/**
 * Puts a gate on one response. Others may have put their own methods in place before us, and may put theirs
 * over ours later: calls go on by what was found, and what was put over ours stays.
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

/**
 * Makes place for gates on what all responses of a platform inherit from, below whatever others put on a single
 * one. `gateOf`: the gate of a response, if it has one. Express gives each response a prototype of its own
 * choice, and every member that is added to such an object afterwards costs as much as a whole session does.
 */
export function makeGates(prototype: object, gateOf: (response: ServerResponse) => Gate | null): Methods {
  const below: Methods = {};
  for (const name of HELD) {
    const found = (prototype as Methods)[name];
    if (!found) continue;
    below[name] = found;
    const value = function (this: ServerResponse, ...args: unknown[]): unknown {
      const gate = gateOf(this);
      return gate ? gate.meet(name, args) : found.apply(this, args);
    };
    Object.defineProperty(prototype, name, { configurable: true, writable: true, value });
  }
  return below;
}

/** Whether somebody has put a method of his own on this very response: a gate has to stand above it. */
export function isOverridden(response: ServerResponse): boolean {
  return HELD.some((name) => Object.hasOwn(response, name));
}
