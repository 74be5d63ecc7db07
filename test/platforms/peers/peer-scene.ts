import { afterAll, beforeAll, beforeEach } from '@jest/globals';
import type { INestApplication } from '@nestjs/common';
import { type AbstractHttpAdapter, NestFactory } from '@nestjs/core';
import { MemoryStore, type Store } from 'express-session';
import { Visitor } from '../../support/browserlike.js';
import type { Peer, PeerSettings } from './peer.js';
import { PeerController } from './peer.controller.js';
import { UnhurriedStore } from './unhurried-store.js';

/** A running application with a peer's sessions and none of ours, a fresh visitor for each test, and the store's handles. */
export class PeerScene {
  store!: UnhurriedStore;
  app!: INestApplication;
  url!: string;
  visitor!: Visitor;

  /** What the visitor's session holds, as a later request sees it. */
  async held(visitor = this.visitor): Promise<Record<string, unknown>> {
    return (await (await visitor.get('/read')).json()) as Record<string, unknown>;
  }

  /** Another one with the same cookies, who learns nothing of what this one is told from here on. */
  twin(): Visitor {
    const twin = new Visitor(this.url);
    for (const [name, value] of this.visitor.cookies) twin.cookies.set(name, value);
    return twin;
  }

  /** How many sessions there are. */
  async stored(): Promise<number> {
    const all = await new Promise<object>((resolve) => this.store.all((_error, found) => resolve(found ?? {})));
    return Object.keys(all).length;
  }

  /** A stream's answer, of which only so much has been read. */
  async begin(
    path: string,
    until: string,
  ): Promise<{ response: Response; pieces: ReadableStreamDefaultReader<string> }> {
    const response = await this.visitor.get(path);
    const pieces = response.body!.pipeThrough(new TextDecoderStream()).getReader();
    let received = '';
    while (!received.includes(until)) received += (await pieces.read()).value;
    return { response, pieces };
  }

  async start(peer: Peer, settings: PeerSettings, inner: Store): Promise<void> {
    this.store = new UnhurriedStore(inner);
    const adapter = peer.platform.adapter([]) as AbstractHttpAdapter;
    const { platform, prepare } = peer.mounting(this.store, settings);
    await platform?.(adapter.getInstance());
    const root = { controllers: [PeerController] };
    this.app = await NestFactory.create(root, adapter, { logger: false, abortOnError: false });
    await prepare?.(this.app);
    await this.app.listen(0, '127.0.0.1');
    this.url = await this.app.getUrl();
  }
}

/** Starts a peer's scene for the tests of this `describe`, with a store in memory or another one. */
export function peerSceneOf(peer: Peer, settings: PeerSettings, inner: Store = new MemoryStore()): PeerScene {
  const scene = new PeerScene();
  beforeAll(() => scene.start(peer, settings, inner));
  beforeEach(() => {
    scene.visitor = new Visitor(scene.url);
    scene.store.reset();
  });
  afterAll(() => scene.app.close());
  return scene;
}
