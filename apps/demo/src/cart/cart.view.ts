import type { CartItem, VisitorSession } from '../demo-session.js';
import { type Html, html } from '../html/html.js';
import { layout } from '../html/layout.js';
import { MAX_NAME, MAX_QUANTITY } from './cart.limits.js';

export interface CartModel {
  session: VisitorSession;
}

export function cartView({ session }: CartModel): Html {
  const items = session.get('cart')?.items ?? [];
  return layout(
    { title: 'Cart', path: '/cart', session },
    html`<h1>Cart</h1>
      <p class="lead">
        ${
          items.length === 0
            ? 'Nothing in it yet. Put in whatever you like.'
            : 'Kept in the session, across pages, restarts and logging in.'
        }
      </p>
      ${items.length > 0 && list(items)}
      <form class="row card" method="post" action="/cart/add">
        <p class="field grow">
          <label for="name">What</label>
          <input id="name" name="name" required maxlength="${MAX_NAME}" autocomplete="off" placeholder="Oranges" />
        </p>
        <p class="field">
          <label for="quantity">How many</label>
          <input id="quantity" name="quantity" type="number" required min="1" max="${MAX_QUANTITY}" value="1" />
        </p>
        <button class="button">Put in</button>
      </form>`,
  );
}

function list(items: CartItem[]): Html {
  return html`<ul class="cart">
      ${items.map(line)}
    </ul>
    <form class="aside" method="post" action="/cart/empty">
      <button class="link">Empty the cart</button>
    </form>`;
}

function line({ name, quantity }: CartItem, index: number): Html {
  return html`<li>
    <form method="post" action="/cart/change">
      <input type="hidden" name="name" value="${name}" />
      <label for="quantity-${index}">${name}</label>
      <input
        id="quantity-${index}"
        name="quantity"
        type="number"
        required
        min="1"
        max="${MAX_QUANTITY}"
        value="${quantity}"
      />
      <button class="quiet">Change<span class="unseen"> the quantity of ${name}</span></button>
      <button class="quiet" formaction="/cart/remove" formnovalidate>Remove<span class="unseen"> ${name}</span></button>
    </form>
  </li>`;
}
