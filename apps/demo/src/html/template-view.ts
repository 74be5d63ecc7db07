import { type View, views } from '../views.js';

/**
 * Express's idea of a view, for views that are functions: `app.set('view', TemplateView)` makes
 * `@Render('cart')` call the one called cart. Express looks at `path` to see whether it is there.
 */
export class TemplateView {
  readonly path: string | undefined;
  readonly #view: View | undefined;

  constructor(name: string) {
    this.#view = views[name];
    this.path = this.#view && name;
  }

  render(model: object, done: (error: unknown, text?: string) => void): void {
    let text: string;
    try {
      text = this.#view!(model).text;
    } catch (error) {
      return done(error);
    }
    done(null, text);
  }
}
