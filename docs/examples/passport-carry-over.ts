import type { NextFunction, Request, Response } from 'express';
import type { SessionData, Store } from 'express-session';

/** Moves a visitor's session of express-session over here with the first request. Needs cookie-parser before it. */
export function carryOver(old: Store, name = 'connect.sid') {
  return (request: Request, response: Response, next: NextFunction) => {
    const id: unknown = request.signedCookies[name];
    if (typeof id !== 'string') return next();
    response.clearCookie(name);
    if (request.session.id) return next(); // has been here before
    old.get(id, (error, found?: SessionData | null) => {
      if (error || !found) return next(error);
      const { cookie: _, ...data } = found;
      Object.assign(request.session, data);
      old.destroy(id, next);
    });
  };
}
