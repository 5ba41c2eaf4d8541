import {type Input} from '../core/inputs.ts';
import {type RaftCore} from '../core/raft-core.ts';
import {type ApplyQueue} from './apply-queue.ts';
import {type RaftNodeOptions} from './raft-node-options.ts';

/** What the parts of a node need of it. */
export interface RaftHost {
  readonly options: RaftNodeOptions;
  readonly apply: ApplyQueue;
  step(input: Input): void;
  newRef(): number;
  core(): RaftCore;
  fail(error: unknown): void;
}
