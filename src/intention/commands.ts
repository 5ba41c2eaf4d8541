import {setSystemMetadata, systemMetadata} from '../config-entry/system-metadata.ts';
import {ConsulError} from '../consul-error.ts';
import {type ApplyContext} from '../fsm/apply-context.ts';
import {command} from '../fsm/command.ts';
import {applyMutation} from './mutation.ts';
import {Intention, IntentionRequest} from './schema.ts';
import {LegacyIntentions} from './state.ts';

const formatKey = 'intention-format';
const configEntryFormat = 'config-entry';

/** Type 12 of the log: since 1.9 a change of a configuration entry; before, one of a table of its own (rpc-raft.md §15). */
export const intentionCommand = command<IntentionRequest>({
  type: 12,
  name: 'Intention',
  decode: (body) => IntentionRequest.fromMsgpack(body),
  apply: applyIntention,
});

function applyIntention(context: ApplyContext, {Op, Intention: intention, Mutation, Datacenter}: IntentionRequest): unknown {
  if (Mutation !== null) return applyMutation(context, Op, Mutation, Datacenter);
  if (Op === 'delete-all') return deleteAll(context);
  if (systemMetadata(context.tx, formatKey) === configEntryFormat) return new ConsulError(`intentions are configuration entries now: operation '${Op}' is not for those`);
  switch (Op) {
    case 'create':
    case 'update':
      return setIntention(context, intention ?? Intention.zero());
    case 'delete':
      return deleteIntention(context, intention?.ID ?? '');
    default:
      return new ConsulError(`Invalid Intention operation '${Op}'`);
  }
}

function setIntention({tx, index}: ApplyContext, intention: Intention): ConsulError | null {
  if (intention.ID === '') return new ConsulError('Missing Intention ID');
  const CreateIndex = tx.get(LegacyIntentions, intention.ID)?.CreateIndex ?? index;
  tx.put(LegacyIntentions, {...intention, CreateIndex, ModifyIndex: index});
  tx.setIndex(LegacyIntentions.name, index);
  return null;
}

function deleteIntention({tx, index}: ApplyContext, id: string): null {
  if (tx.delete(LegacyIntentions, id) !== undefined) tx.setIndex(LegacyIntentions.name, index);
  return null;
}

/** A leader writes this when the old intentions are carried over: from then on they are configuration entries (rpc-raft.md §16). */
function deleteAll(context: ApplyContext): null {
  const {tx, index} = context;
  tx.deletePrefix(LegacyIntentions, '');
  tx.setIndex(LegacyIntentions.name, index);
  tx.setIndex('config-entries', index);
  setSystemMetadata(context, formatKey, configEntryFormat);
  return null;
}
