import {type Type} from '../schema/type.ts';

/** Puts commands into the replicated log. Endpoints write through this and through nothing else. */
export interface Proposer {
  /**
   * Resolves with what applying the entry returned, once it is durable and applied here.
   * @param type first byte of the entry (rpc-raft.md §15)
   * @throws ConsulError when there is no leader or leadership was lost, and whatever the command refused with
   */
  propose<Body>(type: number, codec: Type<Body>, body: Body): Promise<unknown>;
}
