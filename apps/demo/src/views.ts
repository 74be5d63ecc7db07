import { aboutView } from './about/about.view.js';
import { accountView } from './account/account.view.js';
import { cartView } from './cart/cart.view.js';
import { errorView } from './errors/error.view.js';
import { homeView } from './home/home.view.js';
import type { Html } from './html/html.js';
import { sessionPageView } from './session-page/session-page.view.js';
import { testCookieView } from './test-cookie/test-cookie.view.js';

/** Makes a page of what a handler returns; the handler's return type is what holds the two together. */
export type View = (model: any) => Html;

/** The views by the names that `@Render` knows them by. */
export const views: Readonly<Record<string, View>> = {
  about: aboutView,
  account: accountView,
  cart: cartView,
  error: errorView,
  home: homeView,
  'session-page': sessionPageView,
  'test-cookie': testCookieView,
};
