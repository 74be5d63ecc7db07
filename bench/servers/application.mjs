import 'reflect-metadata';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';

/** The Nest application that every contender is. `prepare` puts up what the contender brings of its platform. */
export async function startApplication({ platform, controller, imports = [], prepare = () => {} }) {
  class ApplicationModule {}
  Module({ imports, controllers: [controller] })(ApplicationModule);
  const application = await createOn(platform, ApplicationModule);
  await prepare(application);
  await application.listen(0, '127.0.0.1');
  return application;
}

async function createOn(platform, module) {
  const options = { logger: ['error', 'warn'] };
  if (platform === 'express') return NestFactory.create(module, options);
  const { FastifyAdapter } = await import('@nestjs/platform-fastify');
  return NestFactory.create(module, new FastifyAdapter(), options);
}
