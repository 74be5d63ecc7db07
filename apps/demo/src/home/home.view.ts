import type { VisitorSession } from '../demo-session.js';
import { type Html, html } from '../html/html.js';
import { layout } from '../html/layout.js';

export interface HomeModel {
  session: VisitorSession;
}

export function homeView({ session }: HomeModel): Html {
  const visits = session.get('visits', 0);
  const user = session.get('user');
  return layout(
    { title: 'Visits', path: '/', session },
    html`<h1>${user ? html`Welcome back, ${user}` : 'Welcome'}</h1>
      <p class="figure"><span id="visits">${visits}</span> <small>${visits === 1 ? 'visit' : 'visits'}</small></p>
      <p class="lead">
        ${visits === 1 ? 'Your first: it began a session. ' : ''}Load this page again and the session counts on.
      </p>
      <h2>A short tour</h2>
      <ol class="tour">
        <li>
          <a href="/cart">Fill a cart.</a> It is a list of objects deep inside the session, changed in place, and the
          change is noticed.
        </li>
        <li>
          <a href="/account">Log in.</a> The session moves to a new key and keeps your cart; the old key is worth
          nothing from then on.
        </li>
        <li><a href="/test-cookie">Ask whether your browser takes cookies</a>, the way Django does.</li>
        <li><a href="/session">Look at the session itself</a>: its data, its end, its row in the database.</li>
        <li><a href="/about">See a page without a session.</a> It costs nothing and sends nothing.</li>
      </ol>`,
  );
}
