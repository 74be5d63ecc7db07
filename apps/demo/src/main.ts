import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { AppModule } from './app.module.js';
import { environment } from './environment.js';
import { pageHeaders } from './html/page-headers.js';
import { TemplateView } from './html/template-view.js';
import { welcome } from './welcome.js';

async function start(): Promise<void> {
  const { port } = environment;
  const app = await NestFactory.create<NestExpressApplication>(AppModule, {
    logger: ['warn', 'error', 'fatal'],
    abortOnError: false,
    // Browsers keep connections open; stopping does not wait for them.
    forceCloseConnections: true,
  });
  app.disable('x-powered-by');
  app.set('view', TemplateView);
  app.use(pageHeaders);
  app.useStaticAssets(fileURLToPath(new URL('../public', import.meta.url)));
  app.enableShutdownHooks(['SIGINT', 'SIGTERM'], { useProcessExit: true });
  try {
    await app.listen(port);
  } catch (error) {
    await app.close();
    throw error;
  }
  console.log(welcome((app.getHttpServer().address() as AddressInfo).port));
}

start().catch((error: NodeJS.ErrnoException) => {
  const taken = error.code === 'EADDRINUSE';
  console.error(
    taken
      ? `Port ${environment.port} is taken. Stop what uses it, or choose another: PORT=3001 npm start`
      : `The demo could not start. ${error.message}`,
  );
  process.exitCode = 1;
});
