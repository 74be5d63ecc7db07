import { type Html, html } from '../html/html.js';
import { layout } from '../html/layout.js';

export function aboutView(): Html {
  return layout(
    { title: 'About', path: '/about', session: 'unopened' },
    html`<h1>A page without a session</h1>
      <p class="lead">
        If your browser has a session’s cookie, it sent it here as well, and nobody looked at it. A session is loaded
        for the handlers that ask for one; this page’s does not.
      </p>
      <ul>
        <li>No SQL statement ran, not even to see whether you have a session.</li>
        <li>No cookie was sent.</li>
        <li>No <code>Vary: Cookie</code> was sent: a cache may keep one copy of this page for everybody.</li>
      </ul>
      <p>All it takes to ask is a parameter:</p>
      <pre class="code">${EXAMPLE}</pre>
      <p>
        This demo is a small application over <code>nestjs-django-sessions</code>: Django’s session framework for
        NestJS, with the same words, the same settings and the same bytes in the database. A Django site with the same
        secret and the same table reads every session you see here.
      </p>`,
  );
}

const EXAMPLE = `@Get()
@Render('home')
visit(@Session() session: Session<DemoSession>) {
  session.set('visits', session.get('visits', 0) + 1);
  return { session };
}`;
