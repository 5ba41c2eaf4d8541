import {type CheckNotify, type RunningCheck} from '../../health/check-result.ts';
import {TtlCheck} from '../../health/ttl-check.ts';
import {ConsulError} from '../../consul-error.ts';
import {type Clock} from '../../runtime/clock.ts';
import {type Logger} from '../../runtime/logger.ts';
import {type PollBarrier} from '../../runtime/poll-barrier.ts';
import {NANOS_PER_MILLISECOND} from '../../schema/go-duration.ts';
import {type CheckRunners, type RunnableCheck, type RunningTtl} from './check-runners.ts';

export interface AgentCheckRunnersOptions {
  /** `check_output_max_size`; a check may say less. */
  readonly outputBytesMax: number;
  readonly polls: PollBarrier;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Makes the runners of this agent's checks. */
export class AgentCheckRunners implements CheckRunners {
  readonly #options: AgentCheckRunnersOptions;

  constructor(options: AgentCheckRunnersOptions) {
    this.#options = options;
  }

  create({checkId, type}: RunnableCheck, notify: CheckNotify): RunningCheck | RunningTtl {
    const {outputBytesMax, polls, clock, logger} = this.#options;
    if (type.TTL <= 0) throw new ConsulError('only TTL checks are supported yet');
    const bytesMax = type.OutputMaxSize > 0 ? Math.min(outputBytesMax, type.OutputMaxSize) : outputBytesMax;
    return new TtlCheck({checkId, ttlMs: type.TTL / NANOS_PER_MILLISECOND, outputBytesMax: bytesMax, notify, clock, polls, log: logger});
  }
}
