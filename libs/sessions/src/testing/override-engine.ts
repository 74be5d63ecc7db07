import { ModuleRef } from '@nestjs/core';
import type { SessionEngine } from '../core/session-engine.js';
import { type EngineInUse, makeEngine } from '../nest/make-engine.js';
import type { Settings } from '../nest/resolve-settings.js';
import { ENGINE_IN_USE, SESSIONS_SETTINGS } from '../nest/sessions.constants.js';

/** An engine to take the place of the application's own, or what to make of that one. */
export type EngineChoice = SessionEngine | ((own: SessionEngine) => SessionEngine);

/** What is used of the builder that `Test.createTestingModule` answers. */
export interface OverridableBuilder<B> {
  overrideProvider(token: string): {
    useFactory(options: { factory: (...args: any[]) => unknown; inject: any[] }): B;
  };
}

/** By the name of the module. A builder keeps one override of a token, and there may be several modules. */
const choices = new WeakMap<object, Map<string | null, EngineChoice>>();

/**
 * Puts an engine in the place of the one that the options name, in a test of a whole application:
 * `overrideEngine(Test.createTestingModule({ imports: [AppModule] }), memoryEngine())`. The application's own
 * is then not even made. A function is given that one, to wrap it: `(own) => countingEngine(own)`.
 * `name`: of the module that is meant, default null: the one without. Answers the builder.
 */
export function overrideEngine<B>(
  builder: OverridableBuilder<B>,
  engine: EngineChoice,
  { name = null }: { name?: string | null } = {},
): B {
  const ofBuilder = choices.get(builder) ?? new Map<string | null, EngineChoice>();
  choices.set(builder, ofBuilder.set(name, engine));
  return builder.overrideProvider(ENGINE_IN_USE).useFactory({
    inject: [SESSIONS_SETTINGS, ModuleRef],
    factory: (settings: Settings, moduleRef: ModuleRef) => chosen(ofBuilder.get(settings.name), settings, moduleRef),
  });
}

async function chosen(
  choice: EngineChoice | undefined,
  settings: Settings,
  moduleRef: ModuleRef,
): Promise<EngineInUse> {
  if (choice !== undefined && typeof choice !== 'function') {
    return { engine: choice, parts: [], close: async () => {} };
  }
  const own = await makeEngine(settings, moduleRef);
  return choice ? { ...own, engine: choice(own.engine) } : own;
}
