import {ConsulError} from '../consul-error.ts';
import {type ApplyContext} from '../fsm/apply-context.ts';
import {command} from '../fsm/command.ts';
import {type SnapshotRecords} from '../fsm/snapshot-records.ts';
import {type Reader} from '../store/reader.ts';
import {defineTable} from '../store/table.ts';
import {AutopilotConfig, AutopilotSetConfigRequest} from './schema.ts';

/** The one configuration, as the only row of its table. */
const AutopilotConfigs = defineTable({name: 'autopilot-config', key: (_config: AutopilotConfig) => ''});

/** Undefined until a leader wrote it for the first time. */
export function autopilotConfig(reader: Reader): AutopilotConfig | undefined {
  return reader.get(AutopilotConfigs, '');
}

/** Type 9 of the log (rpc-raft.md §15). */
export const autopilotCommand = command<AutopilotSetConfigRequest>({
  type: 9,
  name: 'Autopilot',
  decode: (body) => AutopilotSetConfigRequest.fromMsgpack(body),
  apply: ({tx, index}: ApplyContext, {Config, CAS}) => {
    const existing = autopilotConfig(tx);
    if (CAS && Config.ModifyIndex !== existing?.ModifyIndex) return false;
    tx.put(AutopilotConfigs, {...Config, CreateIndex: existing?.CreateIndex ?? index, ModifyIndex: index});
    return CAS ? true : null;
  },
});

/** What the log adds before whatever applying the entry refused with (rpc-raft.md §7). */
export const applyFailed = (error: ConsulError): ConsulError => new ConsulError(`raft apply failed: ${error.message}`);

/** Record 9 (rpc-raft.md §17). */
export const autopilotRecords: SnapshotRecords = {
  types: [9],
  order: 10,
  *write(view) {
    for (const config of view.all(AutopilotConfigs)) yield {type: 9, value: AutopilotConfig.toMsgpack(config)};
  },
  restore: (tx, _type, value) => tx.put(AutopilotConfigs, AutopilotConfig.fromMsgpack(value)),
};
