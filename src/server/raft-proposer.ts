import {ConsulError} from '../consul-error.ts';
import {type Proposer} from '../fsm/proposer.ts';
import {RaftError} from '../raft/raft-error.ts';
import {type RaftNode} from '../raft/driver/raft-node.ts';
import {type Meter, type MetricSink, noMetrics} from '../runtime/metrics.ts';
import {type Type} from '../schema/type.ts';

const kvsType = 2;

/** Writes commands to this server's Raft. KV commands may be too large for one entry and are then cut (rpc-raft.md §15). */
export class RaftProposer implements Proposer {
  readonly #raft: RaftNode;
  readonly #applies: Meter;
  readonly #commitTimes: Meter;

  constructor(raft: RaftNode, metrics: MetricSink = noMetrics) {
    this.#raft = raft;
    this.#applies = metrics.counter('raft.apply');
    this.#commitTimes = metrics.sampler('raft.commitTime');
  }

  propose<Body>(type: number, codec: Type<Body>, body: Body): Promise<unknown> {
    const startedMs = performance.now();
    this.#applies.add(1);
    return this.#raft.propose(codec.toMsgpack(body, {typeByte: type}), {chunk: type === kvsType}).then(
      ({result}) => {
        this.#commitTimes.add(performance.now() - startedMs);
        return result;
      },
      (error: unknown) => {
        throw error instanceof RaftError && error.code === 'not-leader' ? new ConsulError('No cluster leader', 500, true) : error;
      },
    );
  }
}
