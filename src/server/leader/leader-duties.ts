import {type Fact} from '../../fsm/fact.ts';
import {type Logger} from '../../runtime/logger.ts';
import {type LeaderDuty} from './leader-duty.ts';

export interface LeaderDutiesOptions {
  readonly duties: readonly LeaderDuty[];
  /** Resolves when all that was committed before it is applied here. */
  readonly barrier: () => Promise<void>;
  readonly logger: Logger;
}

/** Takes up and lays down a leader's duties as leadership comes and goes; they start behind a barrier. */
export class LeaderDuties {
  readonly #options: LeaderDutiesOptions;
  /** Counts changes of the role, so that a barrier that outlived its leadership starts nothing. */
  #epoch = 0;
  #onDuty = false;

  constructor(options: LeaderDutiesOptions) {
    this.#options = options;
  }

  /** True once the duties of this leadership have begun: consistent reads may be answered. */
  get onDuty(): boolean {
    return this.#onDuty;
  }

  /** Resolves when the duties have begun, or could not because leadership was lost again. */
  async gained(): Promise<void> {
    const epoch = ++this.#epoch;
    const {barrier, duties, logger} = this.#options;
    logger.info('cluster leadership acquired');
    try {
      await barrier();
    } catch (error) {
      logger.error('failed to wait for barrier', {error});
      return;
    }
    if (epoch !== this.#epoch || this.#onDuty) return;
    this.#onDuty = true;
    for (const duty of duties) duty.gained();
  }

  lost(): void {
    this.#epoch++;
    if (!this.#onDuty) return;
    this.#onDuty = false;
    this.#options.logger.info('cluster leadership lost');
    for (const duty of this.#options.duties) duty.lost();
  }

  observe(facts: readonly Fact[]): void {
    for (const duty of this.#options.duties) duty.observe?.(facts);
  }

  replaced(): void {
    if (!this.#onDuty) return;
    for (const duty of this.#options.duties) duty.replaced?.();
  }
}
