import {type Command} from '../fsm/command.ts';
import {type SnapshotRecords} from '../fsm/snapshot-records.ts';
import {kvCommands} from '../kv/commands.ts';
import {kvRecords} from '../kv/snapshot-records.ts';
import {indexRecords} from './index-records.ts';

/** What every kind of log entry does: one table of all domains' commands (rpc-raft.md §15). */
export const commands: readonly Command[] = [...kvCommands];

/** What a snapshot holds: all domains' records (rpc-raft.md §17). */
export const records: readonly SnapshotRecords[] = [...kvRecords, indexRecords];
