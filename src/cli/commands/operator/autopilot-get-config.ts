import {goQuote} from '../../../schema/go-quote.ts';
import {ApiClient, orFail} from '../../api-client.ts';
import {defineCommand, printLine} from '../../command.ts';
import {CLIENT_FLAGS, SERVER_FLAGS} from '../../http-flags.ts';
import {fetchAutopilotConfig} from './autopilot-config.ts';

/** `consul operator autopilot get-config` (cli.md §3.6). */
export const autopilotGetConfigCommand = defineCommand({
  usage: 'consul operator autopilot get-config [options]\n\n  Shows what autopilot may do with the servers by itself.',
  flags: {...CLIENT_FLAGS, ...SERVER_FLAGS},
  async run({flags, io}) {
    const config = await orFail('Error querying Autopilot configuration', fetchAutopilotConfig(new ApiClient(flags, io)));
    printLine(io, `CleanupDeadServers = ${config.CleanupDeadServers}`);
    printLine(io, `LastContactThreshold = ${config.LastContactThreshold}`);
    printLine(io, `MaxTrailingLogs = ${config.MaxTrailingLogs}`);
    printLine(io, `MinQuorum = ${config.MinQuorum}`);
    printLine(io, `ServerStabilizationTime = ${config.ServerStabilizationTime}`);
    printLine(io, `RedundancyZoneTag = ${goQuote(config.RedundancyZoneTag)}`);
    printLine(io, `DisableUpgradeMigration = ${config.DisableUpgradeMigration}`);
    printLine(io, `UpgradeVersionTag = ${goQuote(config.UpgradeVersionTag)}`);
    return 0;
  },
});
