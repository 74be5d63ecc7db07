import { describe, test } from '@jest/globals';
import { sessionEngineCases } from 'nestjs-django-sessions/testing';
import { ShelfEngine } from './own-engine.js';
import { Shelf } from './shelf.js';

describe('ShelfEngine', () => {
  const cases = sessionEngineCases({ make: () => new ShelfEngine(new Shelf()), ownClock: true });
  for (const { name, run } of cases) test(name, run);
});
