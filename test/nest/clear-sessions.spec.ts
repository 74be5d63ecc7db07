import { afterEach, describe, expect, test } from '@jest/globals';
import { Injectable, Module } from '@nestjs/common';
import { Cron, ScheduleModule, SchedulerRegistry } from '@nestjs/schedule';
import { Test, type TestingModule } from '@nestjs/testing';
import { getDataSourceToken } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { SessionsModule, type SessionsOptions, SessionsService } from 'nestjs-django-sessions';
import { CLEAR_SESSIONS_JOB, ClearSessionsTask } from '../../libs/sessions/src/nest/clear-sessions.task.js';
import { SECRET, embeddedDatabase } from '../support/application.js';

let module: TestingModule | undefined;
afterEach(async () => {
  await module?.close();
  module = undefined;
});

async function start(options: Partial<SessionsOptions>, imports: any[] = []): Promise<TestingModule> {
  module = await Test.createTestingModule({
    imports: [embeddedDatabase(), SessionsModule.forRoot({ secretKey: SECRET, ...options }), ...imports],
  })
    .setLogger({ log() {}, warn() {}, error() {} })
    .compile();
  return module.init();
}

const dataSource = () => module!.get<DataSource>(getDataSourceToken() as never, { strict: false });
const task = () => module!.get(ClearSessionsTask, { strict: false });

async function plant(): Promise<void> {
  for (const [key, date] of [
    ['expired1', '2020-01-01 00:00:00'],
    ['expired2', '2020-01-01 00:00:00.5'],
    ['alive', '2099-01-01 00:00:00'],
  ]) {
    await dataSource().query('INSERT INTO django_session VALUES (?, ?, ?)', [key, 'x', date]);
  }
}

@Injectable()
class JobsOfTheApplication {
  runs = 0;

  @Cron('* * * * * *', { name: 'theirs' })
  tick(): void {
    this.runs++;
  }
}

@Module({ providers: [JobsOfTheApplication] })
class JobsModule {}

describe('expired sessions', () => {
  test('are deleted by SessionsService, which tells how many', async () => {
    await start({ clearSessions: false });
    await plant();
    expect(await module!.get(SessionsService).clearExpired()).toBe(2);
    expect(await module!.get(SessionsService).clearExpired()).toBe(0);
    expect(await dataSource().query('SELECT session_key FROM django_session')).toEqual([{ session_key: 'alive' }]);
  });

  test('are deleted by a job, every night at three', async () => {
    await start({}, [ScheduleModule.forRoot()]);
    const job = module!.get(SchedulerRegistry, { strict: false }).getCronJob(CLEAR_SESSIONS_JOB);
    expect(job.cronTime.source).toBe('0 3 * * *');
    await plant();
    await job.fireOnTick();
    expect(await dataSource().query('SELECT session_key FROM django_session')).toEqual([{ session_key: 'alive' }]);
  });

  test('are deleted by a job also where the application has no ScheduleModule', async () => {
    await start({ clearSessions: { cron: '* * * * * *' } });
    await plant();
    while ((await dataSource().query('SELECT 1 FROM django_session')).length > 1) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  });

  test('a run that fails is logged, and is not the end of the process', async () => {
    await start({ clearSessions: false });
    await dataSource().query('DROP TABLE django_session');
    await expect(task().run()).resolves.toBeUndefined();
  });

  test('clearSessions: false makes no job', async () => {
    await start({ clearSessions: false }, [ScheduleModule.forRoot()]);
    expect(module!.get(SchedulerRegistry, { strict: false }).doesExist('cron', CLEAR_SESSIONS_JOB)).toBe(false);
  });

  test('a pattern that is none is told at start-up', async () => {
    await expect(start({ clearSessions: { cron: 'every night' } })).rejects.toThrow(
      /clearSessions\.cron must be a cron pattern, got "every night"/,
    );
  });
});

describe("the application's own jobs", () => {
  test.each([
    ['before ours', (ours: any) => [ScheduleModule.forRoot(), JobsModule, ours]],
    ['after ours', (ours: any) => [ours, ScheduleModule.forRoot(), JobsModule]],
  ])('run exactly once when ScheduleModule is imported %s', async (_, order) => {
    module = await Test.createTestingModule({
      imports: [embeddedDatabase(), ...order(SessionsModule.forRoot({ secretKey: SECRET }))],
    })
      .setLogger({ log() {}, warn() {}, error() {} })
      .compile();
    await module.init();
    const registry = module.get(SchedulerRegistry, { strict: false });
    expect([...registry.getCronJobs().keys()].sort()).toEqual([CLEAR_SESSIONS_JOB, 'theirs']);
    const jobs = module.get(JobsOfTheApplication, { strict: false });
    const second = () => Math.floor(Date.now() / 1000);
    while (jobs.runs === 0) await new Promise((resolve) => setTimeout(resolve, 20));
    const [before, began] = [jobs.runs, second()];
    while (second() < began + 2) await new Promise((resolve) => setTimeout(resolve, 20));
    expect(jobs.runs - before).toBeLessThanOrEqual(2);
  });
});
