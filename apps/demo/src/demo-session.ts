import type { Session } from 'nestjs-django-sessions';

/** What this application keeps in a session. */
export interface DemoSession {
  visits: number;
  cart: Cart;
  /** Who is logged in. */
  user: string;
  /** The beginning of the key that logging in replaced; null: there was none. */
  keyBefore: string | null;
}

export interface Cart {
  items: CartItem[];
}

export interface CartItem {
  name: string;
  quantity: number;
}

export type VisitorSession = Session<DemoSession>;

/** Enough of a key to see it change. Whoever knows all of it is the visitor, so it is never shown whole. */
export function shortKey(key: string | null): string | null {
  return key === null ? null : `${key.slice(0, 6)}…`;
}

export function countItems(session: VisitorSession): number {
  return session.get('cart')?.items.reduce((sum, { quantity }) => sum + quantity, 0) ?? 0;
}
