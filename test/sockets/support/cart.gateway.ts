import type { IncomingMessage } from 'node:http';
import {
  type ArgumentsHost,
  type CanActivate,
  Catch,
  type ExceptionFilter,
  type ExecutionContext,
  Injectable,
  UseFilters,
  UseGuards,
  UseInterceptors,
} from '@nestjs/common';
import {
  ConnectedSocket,
  MessageBody,
  type OnGatewayConnection,
  type OnGatewayDisconnect,
  SubscribeMessage,
  WebSocketGateway,
  type WsResponse,
} from '@nestjs/websockets';
import { concat, defer, EMPTY, NEVER, Observable, of } from 'rxjs';
import {
  Session,
  SessionInterceptor,
  SessionInterruptedError,
  SessionsService,
  type SocketClient,
} from 'nestjs-django-sessions';
import type { Shop } from './account.controller.js';

/** Sends an event to a socket of either kind. */
export function tell(client: object, event: string, data: unknown): void {
  const { emit, send } = client as { emit: (...args: unknown[]) => void; send: (text: string) => void };
  if ('disconnect' in client) emit.call(client, event, data);
  else send.call(client, JSON.stringify({ event, data }));
}

@Injectable()
class SignedIn implements CanActivate {
  constructor(private readonly sessions: SessionsService) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    return (await this.sessions.from<Shop>(context)).has('user');
  }
}

@Catch(SessionInterruptedError)
class InterruptedFilter implements ExceptionFilter {
  catch(error: Error, host: ArgumentsHost): void {
    tell(host.switchToWs().getClient(), 'filtered', error.name);
  }
}

@Catch(RangeError)
class OtherFilter implements ExceptionFilter {
  catch(): void {}
}

/** Lets nobody on before two have come. */
class Pair {
  #first: (() => void) | null = null;

  pass(): Promise<void> {
    return new Promise((resolve) => {
      const first = this.#first;
      this.#first = first ? null : resolve;
      if (!first) return;
      first();
      resolve();
    });
  }
}

@WebSocketGateway()
@UseInterceptors(SessionInterceptor)
export class CartGateway implements OnGatewayConnection, OnGatewayDisconnect {
  readonly #pair = new Pair();
  readonly #kept = new WeakMap<object, Session<Shop>>();
  #left: () => void = () => {};
  #stopped: () => void = () => {};

  constructor(private readonly sessions: SessionsService) {}

  /** Over when the server has seen a socket go. */
  hasLeft(): Promise<void> {
    return new Promise((resolve) => (this.#left = resolve));
  }

  /** Lets a stream go on that has sent its first value. */
  goOn(): Promise<void> {
    return this.#pair.pass();
  }

  /** Over when an endless stream has been let go. */
  hasStopped(): Promise<void> {
    return new Promise((resolve) => (this.#stopped = resolve));
  }

  async handleConnection(client: SocketClient, request: IncomingMessage): Promise<void> {
    const isSocketIo = 'disconnect' in client;
    const session = await this.sessions.connect<Shop>(client, isSocketIo ? undefined : request);
    this.#kept.set(client, session);
    tell(client, 'hello', { user: session.get('user', ''), hasKey: session.sessionKey !== null });
  }

  handleDisconnect(): void {
    this.#left();
  }

  @SubscribeMessage('add')
  add(@Session() session: Session<Shop>, @MessageBody() item: string): WsResponse<string[]> {
    session.setDefault('cart', []).push(item);
    return { event: 'cart', data: session.data.cart };
  }

  @SubscribeMessage('read')
  read(@Session('cart') cart: string[] | undefined): WsResponse<string[]> {
    return { event: 'cart', data: cart ?? [] };
  }

  @SubscribeMessage('guarded')
  @UseGuards(SignedIn)
  guarded(@Session() session: Session<Shop>, @Session('user') user: string): WsResponse<string> {
    session.set('cart', ['guarded']);
    return { event: 'user', data: user };
  }

  @SubscribeMessage('together')
  async together(@Session() session: Session<any>, @MessageBody() key: string): Promise<WsResponse<string[]>> {
    session.set(key, true);
    await this.#pair.pass();
    return { event: 'together', data: session.keys() };
  }

  @SubscribeMessage('silent')
  silent(@Session() session: Session<Shop>, @MessageBody() item: string): void {
    session.set('cart', [item]);
  }

  @SubscribeMessage('stream')
  stream(@Session() session: Session<Shop>): Observable<WsResponse<string>> {
    const later = defer(async () => {
      await this.#pair.pass();
      session.data.cart.push('later');
      return { event: 'stream', data: 'second' };
    });
    session.set('cart', ['sooner']);
    return concat(of({ event: 'stream', data: 'first' }), later);
  }

  @SubscribeMessage('empty stream')
  emptyStream(@Session() session: Session<Shop>): Observable<never> {
    session.set('cart', ['of nothing']);
    return EMPTY;
  }

  @SubscribeMessage('endless stream')
  endlessStream(@Session() session: Session<Shop>): Observable<unknown> {
    session.set('cart', ['endless']);
    return concat(of({ event: 'stream', data: 'first' }), new Observable(() => () => this.#stopped()), NEVER);
  }

  @SubscribeMessage('throw')
  throwing(@Session() session: Session<Shop>): never {
    session.set('cart', ['thrown']);
    throw new Error('not today');
  }

  @SubscribeMessage('filtered')
  @UseFilters(new InterruptedFilter())
  filtered(@Session() session: Session<Shop>): void {
    session.set('cart', ['filtered']);
  }

  @SubscribeMessage('filtered otherwise')
  @UseFilters(OtherFilter)
  filteredOtherwise(@Session() session: Session<Shop>): void {
    session.set('cart', ['filtered']);
  }

  @SubscribeMessage('logout')
  async logOut(@Session() session: Session<Shop>): Promise<WsResponse<string>> {
    await session.flush();
    return { event: 'bye', data: '' };
  }

  @SubscribeMessage('cycle')
  async cycle(@Session() session: Session<Shop>): Promise<WsResponse<string>> {
    await session.cycleKey();
    return { event: 'cycled', data: '' };
  }

  /** For a gateway that keeps the session that it connected. */
  @SubscribeMessage('kept')
  async kept(@ConnectedSocket() client: object): Promise<WsResponse<string[]>> {
    const session = this.#kept.get(client)!;
    session.set('cart', ['not saved']);
    await session.reload();
    return { event: 'kept', data: session.get('cart', []) };
  }

  @SubscribeMessage('renew')
  renew(@Session() session: Session<Shop>): WsResponse<string> {
    session.modified = true;
    return { event: 'renewed', data: '' };
  }
}

export const cartParts = { providers: [CartGateway, SignedIn] };
