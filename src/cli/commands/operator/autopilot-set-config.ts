import {formatGoDuration} from '../../../schema/go-duration.ts';
import {ApiClient, orFail} from '../../api-client.ts';
import {CommandFailure, defineCommand, printLine} from '../../command.ts';
import {CLIENT_FLAGS, SERVER_FLAGS} from '../../http-flags.ts';
import {autopilotConfigPath, fetchAutopilotConfig, type ShownAutopilotConfig} from './autopilot-config.ts';

/** `consul operator autopilot set-config` (cli.md §3.6): what is not named stays as it is. */
export const autopilotSetConfigCommand = defineCommand({
  usage: 'consul operator autopilot set-config [options]\n\n  Changes what autopilot may do with the servers by itself. What is not named stays as it is.\n\n      $ consul operator autopilot set-config -min-quorum=3',
  flagErrorPrefix: 'Failed to parse args: ',
  flags: {
    ...CLIENT_FLAGS,
    ...SERVER_FLAGS,
    'cleanup-dead-servers': {kind: 'strictBool', help: 'Whether servers that failed are taken out of the cluster, as soon as enough others are there. One of `true|false`.'},
    'disable-upgrade-migration': {kind: 'strictBool', help: '(Enterprise-only) Whether new servers get their vote without waiting for a whole upgrade. One of `true|false`.'},
    'last-contact-threshold': {kind: 'strictDuration', help: 'How long a server may be without word from the leader and still count as healthy: a duration such as `200ms`.'},
    'max-trailing-logs': {kind: 'strictUint', help: 'How many log entries a server may be behind the leader and still count as healthy.'},
    'min-quorum': {kind: 'strictUint', help: 'How many servers with a vote stay at least, however many have failed.'},
    'redundancy-zone-tag': {kind: 'value', help: '(Enterprise-only) The key in a node\'s metadata that says which redundancy zone it is in.'},
    'server-stabilization-time': {kind: 'strictDuration', help: 'How long a new server must have been healthy before it gets its vote: a duration such as `10s`.'},
    'upgrade-version-tag': {kind: 'value', help: '(Enterprise-only) The key in a node\'s metadata that says which version it is of, for upgrades.'},
  },
  async run({flags, given, io}) {
    const api = new ApiClient(flags, io);
    const config = await orFail('Error querying Autopilot configuration', fetchAutopilotConfig(api));
    const changes: Partial<ShownAutopilotConfig> = {
      ...(given.has('cleanup-dead-servers') && {CleanupDeadServers: flags['cleanup-dead-servers']}),
      ...(given.has('disable-upgrade-migration') && {DisableUpgradeMigration: flags['disable-upgrade-migration']}),
      ...(given.has('last-contact-threshold') && {LastContactThreshold: formatGoDuration(flags['last-contact-threshold'])}),
      ...(given.has('max-trailing-logs') && {MaxTrailingLogs: Number(flags['max-trailing-logs'])}),
      ...(given.has('min-quorum') && {MinQuorum: Number(flags['min-quorum'])}),
      ...(given.has('redundancy-zone-tag') && {RedundancyZoneTag: flags['redundancy-zone-tag']}),
      ...(given.has('server-stabilization-time') && {ServerStabilizationTime: formatGoDuration(flags['server-stabilization-time'])}),
      ...(given.has('upgrade-version-tag') && {UpgradeVersionTag: flags['upgrade-version-tag']}),
    };
    const isDone = await orFail(
      'Error setting Autopilot configuration',
      api.json<boolean>('PUT', autopilotConfigPath, {query: {cas: String(config.ModifyIndex)}, body: JSON.stringify({...config, ...changes})}),
    );
    if (!isDone) throw new CommandFailure('Configuration could not be atomically updated, please try again');
    printLine(io, 'Configuration updated!');
    return 0;
  },
});
