import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import {
  Controller,
  Get,
  Head,
  Headers,
  HttpCode,
  HttpException,
  Options,
  Post,
  Body,
  Redirect,
  Req,
  Res,
  StreamableFile,
} from '@nestjs/common';
import { Session, SessionsService } from 'nestjs-django-sessions';
import { defer } from 'rxjs';
import { byHand, type PlatformRequest, type Reply } from '../platform.js';

export const TEN_MEGABYTES = 10 * 1024 * 1024;

/** One route for each way to answer; each writes its name to the session first. */
@Controller()
export class AnsweringController {
  constructor(private readonly sessions: SessionsService) {}

  @Get('untouched')
  untouched() {
    return { untouched: true };
  }

  @Get('json')
  json(@Session() session: Session) {
    session.set('how', 'json');
    return { ok: true };
  }

  @Get('text')
  text(@Session() session: Session) {
    session.set('how', 'text');
    return 'text';
  }

  @Get('no-value')
  noValue(@Session() session: Session) {
    session.set('how', 'no-value');
  }

  @Get('nothing')
  @HttpCode(204)
  nothing(@Session() session: Session) {
    session.set('how', 'nothing');
  }

  @Get('not-modified')
  @HttpCode(304)
  notModified(@Session() session: Session) {
    session.set('how', 'not-modified');
  }

  @Get('res')
  res(@Session() session: Session, @Res() reply: Reply) {
    session.set('how', 'res');
    reply.status(201).send({ ok: true });
  }

  @Get('passthrough')
  passthrough(@Session() session: Session, @Res({ passthrough: true }) reply: Reply) {
    session.set('how', 'passthrough');
    reply.header('Set-Cookie', 'theirs=1; Path=/').header('Vary', 'Accept').status(202);
    return { ok: true };
  }

  @Get('cacheable')
  cacheable(@Session() session: Session, @Res({ passthrough: true }) reply: Reply) {
    session.set('how', 'cacheable');
    reply.header('Cache-Control', 'private, max-age=60');
    return { ok: true };
  }

  @Get('redirect')
  @Redirect('/read', 303)
  redirect(@Session() session: Session) {
    session.set('how', 'redirect');
  }

  @Get('file')
  file(@Session() session: Session) {
    session.set('how', 'file');
    return new StreamableFile(Readable.from([Buffer.from('one '), Buffer.from('two '), Buffer.from('three')]));
  }

  @Get('pipe')
  pipe(@Session() session: Session, @Res() reply: Reply) {
    session.set('how', 'pipe');
    Readable.from(Array.from({ length: 100 }, () => Buffer.alloc(65_536, 'x'))).pipe(byHand(reply));
  }

  @Get('pipeline')
  pipeline(@Session() session: Session, @Res() reply: Reply) {
    session.set('how', 'pipeline');
    return pipeline(Readable.from([Buffer.alloc(100_000, 'x'), Buffer.from('end')]), byHand(reply));
  }

  @Get('observable')
  observable(@Session() session: Session) {
    return defer(async () => {
      session.set('how', 'observable');
      return { ok: true };
    });
  }

  /** What is done in it is done when Nest asks for its first piece. */
  @Get('generator')
  async *generator(@Session() session: Session) {
    session.set('how', 'generator');
    yield 'one ';
    yield 'two ';
    yield 'three';
  }

  @Get('web-stream')
  webStream(@Session() session: Session) {
    session.set('how', 'web-stream');
    return new Blob(['one ', 'two ', 'three']).stream();
  }

  @Get('web-response')
  webResponse(@Session() session: Session) {
    session.set('how', 'web-response');
    const headers = { 'Set-Cookie': 'theirs=1', Vary: 'Accept', 'Content-Type': 'text/plain' };
    return new Response('web', { status: 202, headers });
  }

  @Get('buffer')
  buffer(@Session() session: Session, @Res() reply: Reply) {
    session.set('how', 'buffer');
    reply.send(Buffer.from('buffer'));
  }

  @Get('reply-redirect')
  replyRedirect(@Session() session: Session, @Res() reply: Reply) {
    session.set('how', 'reply-redirect');
    reply.status(302).redirect('/read');
  }

  /** Says that nothing has changed to who has it already; Express would by itself. */
  @Get('conditional')
  conditional(
    @Session() session: Session,
    @Headers('if-none-match') known: string | undefined,
    @Res({ passthrough: true }) reply: Reply,
  ) {
    session.set('how', known ?? 'conditional');
    reply.header('ETag', '"one"').status(known === '"one"' ? 304 : 200);
    return known === '"one"' ? undefined : 'content';
  }

  @Get('awaited')
  async awaited(@Session() session: Session) {
    session.set('how', 'awaited');
    await session.save();
    return 'awaited';
  }

  @Post('created')
  created(@Session() session: Session) {
    session.set('how', 'created');
    return 'created';
  }

  @Get('flush-headers')
  flushHeaders(@Session() session: Session, @Res() reply: Reply) {
    session.set('how', 'flush-headers');
    const response = byHand(reply);
    response.setHeader('X-Theirs', '1');
    response.flushHeaders();
    response.end('done');
  }

  @Get('write')
  write(@Session() session: Session, @Res() reply: Reply) {
    session.set('how', 'write');
    const response = byHand(reply);
    response.write('one ');
    response.write('two ', () => response.end('three'));
  }

  @Get('later')
  later(@Req() request: PlatformRequest, @Res() reply: Reply) {
    const response = byHand(reply);
    void this.sessions.from(request).then((session) => {
      session.set('how', 'later');
      response.end('later');
    });
  }

  @Get('large')
  large(@Session() session: Session) {
    session.set('how', 'large');
    return 'x'.repeat(TEN_MEGABYTES);
  }

  @Post('large')
  upload(@Session() session: Session, @Body('text') text: string) {
    session.set('how', 'upload');
    return { length: text.length };
  }

  @Options('options')
  @HttpCode(200)
  options(@Session() session: Session) {
    session.set('how', 'options');
    return 'options';
  }

  @Head('head')
  head(@Session() session: Session) {
    session.set('how', 'head');
  }

  @Get('throws/:status')
  throws(@Session() session: Session, @Req() request: PlatformRequest) {
    session.set('how', 'throws');
    throw new HttpException('thrown', Number(request.params['status']));
  }

  @Get('throws')
  throwsUnknown(@Session() session: Session) {
    session.set('how', 'throws');
    throw new Error('unexpected');
  }
}
