import {type SnapshotRecords} from '../fsm/snapshot-records.ts';
import {CAConfiguration, CAConsulProviderState, CARoot} from './schema.ts';
import {CAConfig, CAProviderStates, CARoots} from './state.ts';

/** Records 13, 14 and 15: roots, the built-in CA's state, the configuration (rpc-raft.md §17). */
export const connectRecords: SnapshotRecords = {
  types: [13, 14, 15],
  order: 12,
  *write(view) {
    for (const root of view.all(CARoots)) yield {type: 13, value: CARoot.toMsgpack(root)};
    for (const state of view.all(CAProviderStates)) yield {type: 14, value: CAConsulProviderState.toMsgpack(state)};
    for (const config of view.all(CAConfig)) yield {type: 15, value: CAConfiguration.toMsgpack(config)};
  },
  restore(tx, type, value) {
    if (type === 13) tx.put(CARoots, CARoot.fromMsgpack(value));
    else if (type === 14) tx.put(CAProviderStates, CAConsulProviderState.fromMsgpack(value));
    else tx.put(CAConfig, CAConfiguration.fromMsgpack(value));
  },
};
