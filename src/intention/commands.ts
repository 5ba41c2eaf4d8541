import {setSystemMetadata} from '../config-entry/system-metadata.ts';
import {type ApplyContext} from '../fsm/apply-context.ts';
import {command} from '../fsm/command.ts';
import {WriteRequest} from '../schema/rpc-common.ts';
import {embed, struct, type TypeOf} from '../schema/struct.ts';
import {any, map, str} from '../schema/types.ts';

const IntentionRequest = struct('IntentionRequest', {Datacenter: str, Op: str, Intention: map(any), Mutation: map(any), ...embed(WriteRequest)});
type IntentionRequest = TypeOf<typeof IntentionRequest>;

/**
 * Type 12 of the log. A leader writes `delete-all` when it finds no old intentions left to carry over: from then on
 * intentions are configuration entries (rpc-raft.md §16).
 */
export const intentionCommand = command<IntentionRequest>({
  type: 12,
  name: 'Intention',
  decode: (body) => IntentionRequest.fromMsgpack(body),
  apply: applyIntention,
});

function applyIntention(context: ApplyContext, {Op, Mutation}: IntentionRequest): unknown {
  if (Op !== 'delete-all' || Mutation !== null) {
    // Skipped, this server's state would differ from the others' in silence; it stops instead.
    throw new Error(`log entry ${context.index}: intention operation ${JSON.stringify(Op)} is not supported yet`);
  }
  const {tx, index} = context;
  tx.setIndex('connect-intentions', index);
  tx.setIndex('config-entries', index);
  setSystemMetadata(context, 'intention-format', 'config-entry');
  return null;
}
