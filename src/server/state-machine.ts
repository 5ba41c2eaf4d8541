import {aclCommands} from '../acl/commands.ts';
import {aclRecords} from '../acl/snapshot-records.ts';
import {catalogCommands} from '../catalog/commands.ts';
import {catalogRecords} from '../catalog/snapshot-records.ts';
import {configEntryCommands} from '../config-entry/commands.ts';
import {configEntryRecords} from '../config-entry/snapshot-records.ts';
import {connectCommands} from '../connect/commands.ts';
import {connectRecords} from '../connect/snapshot-records.ts';
import {coordinateCommand, coordinateRecords} from '../coordinate/commands.ts';
import {type Command, command} from '../fsm/command.ts';
import {type SnapshotRecords} from '../fsm/snapshot-records.ts';
import {intentionCommand} from '../intention/commands.ts';
import {intentionRecords} from '../intention/state.ts';
import {kvCommands} from '../kv/commands.ts';
import {kvRecords} from '../kv/snapshot-records.ts';
import {autopilotCommand, autopilotRecords} from '../operator/autopilot-config.ts';
import {peeringCommands} from '../peering/commands.ts';
import {resourceCommand, resourceRecords} from '../peering/resources.ts';
import {peeringRecords} from '../peering/snapshot-records.ts';
import {queryCommand} from '../query/commands.ts';
import {queryRecords} from '../query/snapshot-records.ts';
import {sessionCommand} from '../session/commands.ts';
import {sessionRecords} from '../session/snapshot-records.ts';
import {txnCommand} from '../txn/commands.ts';
import {indexRecords} from './index-records.ts';

/** Type 41: sums over the log that servers check their disks by. It changes nothing (rpc-raft.md §13). */
const logVerifierCommand = command({type: 41, name: 'RaftLogVerifierCheckpoint', decode: () => null, apply: () => null});

/** What every kind of log entry does: one table of all domains' commands (rpc-raft.md §15). */
export const commands: readonly Command[] = [
  ...catalogCommands,
  ...kvCommands,
  sessionCommand,
  txnCommand,
  ...aclCommands,
  ...configEntryCommands,
  ...connectCommands,
  autopilotCommand,
  coordinateCommand,
  intentionCommand,
  ...peeringCommands,
  resourceCommand,
  logVerifierCommand,
  queryCommand,
];

/** What a snapshot holds: all domains' records (rpc-raft.md §17). */
export const records: readonly SnapshotRecords[] = [
  catalogRecords,
  ...kvRecords,
  sessionRecords,
  ...aclRecords,
  ...configEntryRecords,
  connectRecords,
  autopilotRecords,
  coordinateRecords,
  queryRecords,
  intentionRecords,
  indexRecords,
  ...peeringRecords,
  resourceRecords,
];
