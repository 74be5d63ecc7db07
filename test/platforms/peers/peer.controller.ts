import { Readable } from 'node:stream';
import {
  type ArgumentsHost,
  Catch,
  Controller,
  type ExceptionFilter,
  Get,
  HttpCode,
  HttpException,
  Param,
  Post,
  Redirect,
  Req,
  Res,
  Sse,
  StreamableFile,
  UseFilters,
} from '@nestjs/common';
import { Observable } from 'rxjs';
import { byHand, type Reply } from '../platform.js';

/** What the peers have in common. */
export interface PeerRequest {
  session: Record<string, unknown> & { cookie?: unknown; destroy(callback: (error: unknown) => void): void };
}

@Catch()
class FailingFilter implements ExceptionFilter {
  catch(_exception: unknown, host: ArgumentsHost) {
    host.switchToHttp().getResponse<Reply>().status(502).send({ filtered: true });
  }
}

/** The routes of our own cases, by the same names. */
@Controller()
export class PeerController {
  /** What a stream that is under way waits for. */
  goOn = () => {};
  /** Whether a stream of events has heard of its end. */
  hasEnded = false;

  @Get('untouched')
  untouched() {
    return { untouched: true };
  }

  @Get('read')
  read(@Req() { session }: PeerRequest) {
    const { cookie: _cookie, ...data } = { ...session };
    return data;
  }

  @Get('json')
  json(@Req() { session }: PeerRequest) {
    session['how'] = 'json';
    return { ok: true };
  }

  @Post('set/:key')
  set(@Req() { session }: PeerRequest, @Param('key') key: string) {
    session[key] = true;
    return { ok: true };
  }

  @Post('log-out')
  @HttpCode(200)
  async logOut(@Req() { session }: PeerRequest) {
    await new Promise((resolve) => session.destroy(resolve));
    return { ok: true };
  }

  @Get('redirect')
  @Redirect('/read', 303)
  redirect(@Req() { session }: PeerRequest) {
    session['how'] = 'redirect';
  }

  @Get('late')
  async late(@Req() { session }: PeerRequest, @Res() reply: Reply) {
    const response = byHand(reply);
    response.write('first');
    await new Promise((resolve) => response.write(' second', resolve));
    session['how'] = 'late';
    response.end(' third');
  }

  @Get('flush-headers')
  flushHeaders(@Req() { session }: PeerRequest, @Res() reply: Reply) {
    const response = byHand(reply);
    response.flushHeaders();
    session['how'] = 'flush-headers';
    response.end('done');
  }

  /** Is changed before its first byte, and again before its last. */
  @Get('file')
  file(@Req() { session }: PeerRequest) {
    session['how'] = 'file';
    const pieces = async function* (this: PeerController) {
      const wait = new Promise<void>((resolve) => (this.goOn = resolve));
      yield Buffer.from('first');
      await wait;
      session['later'] = true;
      yield Buffer.from('last');
    };
    return new StreamableFile(Readable.from(pieces.call(this)));
  }

  @Sse('endless')
  endless(@Req() { session }: PeerRequest): Observable<object> {
    session['how'] = 'endless';
    return new Observable((subscriber) => {
      subscriber.next({ data: 'one' });
      return () => (this.hasEnded = true);
    });
  }

  @Get('throws')
  throws(@Req() { session }: PeerRequest) {
    session['how'] = 'throws';
    throw new Error('unexpected');
  }

  @Get('client-error-as-server-error')
  @UseFilters(FailingFilter)
  serverError(@Req() { session }: PeerRequest) {
    session['how'] = 'client-error-as-server-error';
    throw new HttpException('thrown', 400);
  }
}
