import { Controller, Get, Inject, Post } from '@nestjs/common';
import { Session } from 'nestjs-django-sessions';

/** Where requests that a test holds wait for each other. */
export class Gate {
  #arrived!: Promise<void>;
  #arrive!: () => void;
  #open!: () => void;
  #opened!: Promise<void>;

  constructor() {
    this.reset();
  }

  /** Over when a request waits. */
  get arrived(): Promise<void> {
    return this.#arrived;
  }

  reset(): void {
    this.#arrived = new Promise((resolve) => (this.#arrive = resolve));
    this.#opened = new Promise((resolve) => (this.#open = resolve));
  }

  wait(): Promise<void> {
    this.#arrive();
    return this.#opened;
  }

  open(): void {
    this.#open();
  }
}

/** What an application does with its session, one way a route. */
@Controller()
export class AttackedController {
  constructor(@Inject(Gate) private readonly gate: Gate) {}

  @Get('untouched')
  untouched() {
    return 'the same for all';
  }

  @Get('read')
  read(@Session() session: Session) {
    return { ...session.data };
  }

  @Get('has')
  has(@Session() session: Session) {
    return session.has('user');
  }

  @Get('in')
  in(@Session() session: Session) {
    return 'user' in session.data;
  }

  @Get('keys')
  keys(@Session() session: Session) {
    return session.keys();
  }

  @Get('size')
  size(@Session() session: Session) {
    return { size: session.size };
  }

  @Get('iterate')
  iterate(@Session() session: Session) {
    return [...session];
  }

  @Get('json')
  json(@Session() session: Session) {
    return JSON.stringify(session);
  }

  @Get('one')
  one(@Session('user') user: unknown) {
    return { user };
  }

  /** Asks for the session and does nothing with it. */
  @Get('asked')
  asked(@Session() _session: Session) {
    return 'the same for all';
  }

  @Post('write')
  write(@Session() session: Session) {
    session.set('visits', Number(session.get('visits', 0)) + 1);
  }

  @Post('login')
  async logIn(@Session() session: Session) {
    session.set('user', 'ann');
    await session.cycleKey();
  }

  @Post('logout')
  async logOut(@Session() session: Session) {
    await session.flush();
  }

  @Post('empty')
  empty(@Session() session: Session) {
    for (const key of session.keys()) session.delete(key);
    session.set('passing', 1).delete('passing');
  }

  @Get('held/read')
  async heldRead(@Session() session: Session) {
    const { size } = session;
    await this.gate.wait();
    return { size };
  }

  @Get('held/write')
  async heldWrite(@Session() session: Session) {
    session.set('late', true);
    await this.gate.wait();
    return 'done';
  }

  @Get('held/unloaded')
  async heldUnloaded() {
    await this.gate.wait();
    return 'done';
  }
}
