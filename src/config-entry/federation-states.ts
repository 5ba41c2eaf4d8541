import {CheckServiceNode} from '../catalog/schema.ts';
import {ConsulError} from '../consul-error.ts';
import {type ApplyContext} from '../fsm/apply-context.ts';
import {command} from '../fsm/command.ts';
import {type SnapshotRecords} from '../fsm/snapshot-records.ts';
import {RaftIndex, WriteRequest} from '../schema/rpc-common.ts';
import {embed, struct, type TypeOf} from '../schema/struct.ts';
import {list, nullable, str, time, uint} from '../schema/types.ts';
import {defineTable} from '../store/table.ts';

/** What a datacenter tells the others of itself: its mesh gateways (mesh.md). */
export const FederationState = struct('FederationState', {
  Datacenter: str,
  MeshGateways: list(CheckServiceNode).omitEmpty(),
  UpdatedAt: time,
  PrimaryModifyIndex: uint,
  ...embed(RaftIndex),
});
export type FederationState = TypeOf<typeof FederationState>;

export const FederationStateRequest = struct('FederationStateRequest', {
  Datacenter: str,
  Op: str,
  State: nullable(FederationState),
  ...embed(WriteRequest),
});
export type FederationStateRequest = TypeOf<typeof FederationStateRequest>;

export const FederationStates = defineTable({name: 'federation-states', key: (state: FederationState) => state.Datacenter});

/** Type 30 of the log. */
export const federationStateCommand = command<FederationStateRequest>({
  type: 30,
  name: 'FederationState',
  decode: (body) => FederationStateRequest.fromMsgpack(body),
  apply: applyFederationState,
});

function applyFederationState({tx, index}: ApplyContext, {Op, State}: FederationStateRequest): unknown {
  const state = State ?? FederationState.zero();
  switch (Op) {
    case 'upsert': {
      const CreateIndex = tx.get(FederationStates, state.Datacenter)?.CreateIndex ?? index;
      // The datacenter that is first to know gives the number by which the others see what is newer.
      const PrimaryModifyIndex = state.PrimaryModifyIndex === 0 ? index : state.PrimaryModifyIndex;
      tx.put(FederationStates, {...state, PrimaryModifyIndex, CreateIndex, ModifyIndex: index});
      tx.setIndex('federation-states', index);
      return true;
    }
    case 'delete':
      if (tx.delete(FederationStates, state.Datacenter) !== undefined) tx.setIndex('federation-states', index);
      return null;
    default:
      return new ConsulError(`invalid federation state operation type: ${Op}`);
  }
}

/** Record 30: as the request that would set it. */
export const federationStateRecords: SnapshotRecords = {
  types: [30],
  order: 14,
  *write(view) {
    for (const State of view.all(FederationStates)) {
      yield {type: 30, value: FederationStateRequest.toMsgpack(FederationStateRequest.make({Op: 'upsert', State}))};
    }
  },
  restore(tx, _type, value) {
    const {State} = FederationStateRequest.fromMsgpack(value);
    if (State !== null) tx.put(FederationStates, State);
  },
};
