import { shortKey, type VisitorSession } from '../demo-session.js';
import { type Html, html } from '../html/html.js';
import { instant } from '../html/instant.js';
import { layout } from '../html/layout.js';

export const MAX_NAME = 40;

export interface AccountModel {
  session: VisitorSession;
}

export function accountView({ session }: AccountModel): Html {
  const user = session.get('user');
  return layout(
    { title: 'Account', path: '/account', session },
    user === undefined ? guest() : loggedIn(user, session),
  );
}

function guest(): Html {
  return html`<h1>Log in</h1>
    <p class="lead">Any name will do. Logging in moves the session to a new key, and all that is in it moves along.</p>
    <form class="card" method="post" action="/account/log-in">
      <p class="field">
        <label for="name">Your name</label>
        <input id="name" name="name" required maxlength="${MAX_NAME}" autocomplete="username" />
      </p>
      <p class="check">
        <input id="remember" name="remember" type="checkbox" />
        <label for="remember">Remember me for 30 days <small>otherwise, until the browser closes</small></label>
      </p>
      <button class="button">Log in</button>
    </form>`;
}

function loggedIn(user: string, session: VisitorSession): Html {
  const before = session.get('keyBefore', null);
  return html`<h1>Hello, ${user}</h1>
    <p class="lead">
      ${
        session.getExpireAtBrowserClose()
          ? 'You stay logged in until the browser closes.'
          : html`You are remembered until ${instant(session.getExpiryDate())}.`
      }
    </p>
    <dl class="keys card">
      <div>
        <dt>Key before</dt>
        <dd>${before === null ? 'none' : html`<del>${before}</del>`}</dd>
      </div>
      <div>
        <dt>Key now</dt>
        <dd>${shortKey(session.sessionKey)}</dd>
      </div>
    </dl>
    <p>Logging out deletes the session and its cookie, the cart included.</p>
    <form method="post" action="/account/log-out">
      <button class="button">Log out</button>
    </form>`;
}
