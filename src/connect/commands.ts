import {ConsulError} from '../consul-error.ts';
import {type ApplyContext} from '../fsm/apply-context.ts';
import {command} from '../fsm/command.ts';
import {type CAConfiguration, CAConsulProviderState, CALeafRequest, CARequest, type CARoot} from './schema.ts';
import {CAConfig, caConfiguration, CAProviderStates, CARoots, serialIndex} from './state.ts';

/** Types 13 and 21 of the log (rpc-raft.md §15). */
export const connectCommands = [
  command<CARequest>({type: 13, name: 'ConnectCA', decode: (body) => CARequest.fromMsgpack(body), apply: applyCa}),
  command<CALeafRequest>({type: 21, name: 'ConnectCALeaf', decode: (body) => CALeafRequest.fromMsgpack(body), apply: applyLeaf}),
];

function applyCa(context: ApplyContext, request: CARequest): unknown {
  switch (request.Op) {
    case 'set-config':
      return setConfig(context, request.Config);
    case 'set-roots':
      return setRoots(context, request.Index, request.Roots ?? []);
    case 'set-roots-config': {
      const done = setRoots(context, request.Index, request.Roots ?? []);
      if (done !== true) return done;
      const configured = setConfig(context, request.Config);
      return configured instanceof ConsulError || configured === false ? configured : true;
    }
    case 'set-provider-state':
      return setProviderState(context, request.ProviderState ?? CAConsulProviderState.zero());
    case 'delete-provider-state':
      return deleteProviderState(context, request.ProviderState?.ID ?? '');
    case 'increment-provider-serial':
      return nextSerial(context);
    default:
      return new ConsulError(`Invalid CA operation '${request.Op}'`);
  }
}

function applyLeaf({index}: ApplyContext, {Op}: CALeafRequest): unknown {
  return Op === 'increment-index' ? index : new ConsulError(`Invalid CA Leaf operation '${Op}'`);
}

/** With an index, only onto the configuration of that index. @returns null for a plain set, whether it was done for CAS */
function setConfig({tx, index}: ApplyContext, config: CAConfiguration | null): unknown {
  if (config === null) return new ConsulError('no CA configuration given');
  const existing = caConfiguration(tx);
  const isCas = config.ModifyIndex !== 0;
  if (isCas && config.ModifyIndex !== existing?.ModifyIndex) return false;
  tx.put(CAConfig, {
    ...config,
    ClusterID: config.ClusterID === '' ? (existing?.ClusterID ?? '') : config.ClusterID,
    CreateIndex: existing?.CreateIndex ?? index,
    ModifyIndex: index,
  });
  return isCas ? true : null;
}

/** Replaces all roots, if none was written since `seenIndex`; one of them must be the active one. */
function setRoots({tx, index}: ApplyContext, seenIndex: number, roots: readonly CARoot[]): boolean | ConsulError {
  if (roots.filter(({Active}) => Active).length !== 1) return new ConsulError('there must be exactly one active CA root');
  if (seenIndex !== tx.indexOf('connect-ca-roots')) return false;
  const created = new Map(tx.all(CARoots).toArray().map((root) => [root.ID, root.CreateIndex]));
  for (const id of created.keys()) tx.delete(CARoots, id);
  for (const root of roots) tx.put(CARoots, {...root, CreateIndex: created.get(root.ID) ?? index, ModifyIndex: index});
  tx.setIndex('connect-ca-roots', index);
  return true;
}

function setProviderState({tx, index}: ApplyContext, state: CAConsulProviderState): boolean {
  const CreateIndex = tx.get(CAProviderStates, state.ID)?.CreateIndex ?? index;
  tx.put(CAProviderStates, {...state, CreateIndex, ModifyIndex: index});
  tx.setIndex('connect-ca-builtin', index);
  return true;
}

function deleteProviderState({tx, index}: ApplyContext, id: string): boolean {
  if (tx.delete(CAProviderStates, id) !== undefined) tx.setIndex('connect-ca-builtin', index);
  return true;
}

/** Serial numbers count on from the index at which the provider's state was written before the first of them. */
function nextSerial({tx}: ApplyContext): number {
  const serial = tx.indexOf(tx.hasIndex(serialIndex) ? serialIndex : 'connect-ca-builtin') + 1;
  tx.setIndex(serialIndex, serial);
  return serial;
}
