import type { NextFunction, Request, Response } from 'express';

const POLICY = "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; frame-ancestors 'none'";

/** Express middleware: a page may use our own stylesheet and icon, post to us, and nothing else. */
export function pageHeaders(_request: Request, response: Response, next: NextFunction): void {
  response.setHeader('Content-Security-Policy', POLICY);
  response.setHeader('X-Content-Type-Options', 'nosniff');
  next();
}
