import {type SnapshotRecords} from '../fsm/snapshot-records.ts';
import {type Type} from '../schema/type.ts';
import {type Table} from '../store/table.ts';
import {ACLAuthMethod, ACLBindingRule, ACLPolicy, ACLRole, ACLToken} from './schema.ts';
import {AclAuthMethods, AclBindingRules, AclPolicies, AclRoles, AclTokens} from './state.ts';

function recordsOf<Row, I extends string>(type: number, table: Table<Row, I>, codec: Type<Row>, order: number): SnapshotRecords {
  return {
    types: [type],
    order,
    *write(view) {
      for (const row of view.all(table)) yield {type, value: codec.toMsgpack(row)};
    },
    restore: (tx, _type, value) => tx.put(table, codec.fromMsgpack(value)),
  };
}

/** Records 17, 19, 23, 25 and 27, in this order: the objects themselves (rpc-raft.md §17). */
export const aclRecords: readonly SnapshotRecords[] = [
  recordsOf(17, AclTokens, ACLToken, 6.1),
  recordsOf(19, AclPolicies, ACLPolicy, 6.2),
  recordsOf(23, AclRoles, ACLRole, 6.3),
  recordsOf(25, AclBindingRules, ACLBindingRule, 6.4),
  recordsOf(27, AclAuthMethods, ACLAuthMethod, 6.5),
];
