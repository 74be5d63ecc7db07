import { Inject, Injectable, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { ModuleRef } from '@nestjs/core';
import { CronJob } from 'cron';
import type { SchedulerRegistry } from '@nestjs/schedule';
import { SessionsOptionsError } from '../core/errors.js';
import { optionalPeer } from '../core/optional-peer.js';
import type { Settings } from './resolve-settings.js';
import { SESSIONS_SERVICE, SESSIONS_SETTINGS } from './sessions.constants.js';
import type { SessionsService } from './sessions.service.js';

/** The name of the job in @nestjs/schedule's registry; that of a named module has its name behind it. */
export const CLEAR_SESSIONS_JOB = 'clearSessions';

/**
 * Deletes expired sessions when `clearSessions.cron` says so. Where the application imports
 * ScheduleModule, the job stands in its registry and is started and stopped with the others; this
 * module does not import it, as a second one would run every @Cron of the application twice.
 */
@Injectable()
export class ClearSessionsTask implements OnApplicationBootstrap, OnApplicationShutdown {
  readonly #logger = new Logger('Sessions');
  #job: CronJob | null = null;
  #registry: SchedulerRegistry | null = null;

  constructor(
    @Inject(SESSIONS_SETTINGS) private readonly settings: Settings,
    @Inject(SESSIONS_SERVICE) private readonly sessions: SessionsService,
    private readonly moduleRef: ModuleRef,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    const { enabled, cron, timeZone } = this.settings.clearSessions;
    if (!enabled || !this.sessions.keepsExpired) return;
    this.#job = this.#makeJob(cron, timeZone);
    this.#registry = await this.#findRegistry();
    this.#registry?.addCronJob(this.#name, this.#job);
    this.#job.start();
  }

  async onApplicationShutdown(): Promise<void> {
    await this.#job?.stop();
    if (this.#registry?.doesExist('cron', this.#name)) this.#registry.deleteCronJob(this.#name);
  }

  /** One run. A failure is logged and left to the next run. */
  async run(): Promise<void> {
    try {
      const count = await this.sessions.clearExpired();
      this.#logger.log(`Deleted ${count} expired session${count === 1 ? '' : 's'}`);
    } catch (error) {
      this.#logger.error('Expired sessions could not be deleted', error instanceof Error ? error.stack : String(error));
    }
  }

  get #name(): string {
    const { name } = this.settings;
    return name === null ? CLEAR_SESSIONS_JOB : `${CLEAR_SESSIONS_JOB}.${name}`;
  }

  #makeJob(cron: string, timeZone: string | undefined): CronJob {
    try {
      return CronJob.from({
        cronTime: cron,
        timeZone: timeZone ?? null,
        waitForCompletion: true,
        onTick: () => this.run(),
      }) as CronJob;
    } catch (error) {
      throw new SessionsOptionsError([
        `clearSessions.cron must be a cron pattern, got ${JSON.stringify(cron)} (${(error as Error).message})`,
      ]);
    }
  }

  async #findRegistry(): Promise<SchedulerRegistry | null> {
    const schedule = await optionalPeer(() => import('@nestjs/schedule'), '@nestjs/schedule');
    if (!schedule) return null;
    try {
      return this.moduleRef.get(schedule.SchedulerRegistry, { strict: false });
    } catch {
      return null;
    }
  }
}
