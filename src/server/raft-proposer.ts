import {ConsulError} from '../consul-error.ts';
import {type Proposer} from '../fsm/proposer.ts';
import {RaftError} from '../raft/raft-error.ts';
import {type RaftNode} from '../raft/driver/raft-node.ts';
import {type Type} from '../schema/type.ts';

const kvsType = 2;

/** Writes commands to this server's Raft. KV commands may be too large for one entry and are then cut (rpc-raft.md §15). */
export class RaftProposer implements Proposer {
  readonly #raft: RaftNode;

  constructor(raft: RaftNode) {
    this.#raft = raft;
  }

  async propose<Body>(type: number, codec: Type<Body>, body: Body): Promise<unknown> {
    try {
      const {result} = await this.#raft.propose(codec.toMsgpack(body, {typeByte: type}), {chunk: type === kvsType});
      return result;
    } catch (error) {
      if (error instanceof RaftError && error.code === 'not-leader') throw new ConsulError('No cluster leader', 500, true);
      throw error;
    }
  }
}
