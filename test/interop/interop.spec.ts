import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { noteSkipped, servicesAreRequired } from '../support/skipped.js';
import { dataCases } from './cases/data.js';
import { Endings } from './cases/ending.js';
import { expiryCases } from './cases/expiry.js';
import { lifeCases } from './cases/life.js';
import { loginCases } from './cases/login.js';
import { meanwhileCases } from './cases/meanwhile.js';
import { secretCases } from './cases/secrets.js';
import { noDjango, releaseOf, VERSIONS } from './djangos.js';
import { ENGINES } from './engines.js';
import { whyNotRun } from './not-run.js';
import { DIRECTIONS, NOT_RUN, Pair, Scene } from './scene.js';
import { findServices, stopOwnServices } from './services.js';

/*
 * A real Django and a Nest application on one store, over HTTP, with one cookie. The titles are read
 * by table-reporter.mjs: version, engine, direction, case.
 */

const djangos = VERSIONS.map((version) => ({ version, release: releaseOf(version) }));
const found = await findServices();
afterAll(stopOwnServices);

describe.each(djangos)('Django $release', ({ version }) => {
  describe.each(ENGINES)('$title', (engine) => {
    let pair: Pair;
    const scenes = DIRECTIONS.map((direction) => new Scene(version, engine, direction, () => pair));
    const notRun = noDjango(version) ?? whyNotRun(engine, found);

    if (notRun) {
      describe.each(DIRECTIONS)('%s', () => {
        if (servicesAreRequired) test('can be run', () => expect(notRun).toBeNull());
        else {
          noteSkipped(`Skipped: interop with Django: ${notRun}.`);
          // oxlint-disable-next-line jest/no-disabled-tests -- the reason is told in the table
          test.skip(`all ${NOT_RUN}${notRun}`, () => {});
        }
      });
      return;
    }

    const cells = scenes.map((scene) => ({ direction: scene.direction, scene, endings: new Endings(scene) }));

    beforeAll(async () => {
      pair = await Pair.start(version, engine);
      for (const { endings } of cells) endings.plant();
    }, 60_000);
    afterAll(() => pair?.stop());

    describe.each(cells)('$direction', ({ scene }) => {
      lifeCases(scene);
      meanwhileCases(scene);
      loginCases(scene);
      dataCases(scene);
      secretCases(scene);
      expiryCases(scene);
    });

    describe.each(cells)('$direction', ({ endings }) => {
      endings.cases();
    });
  });
});
