import {goQuote} from '../../../schema/go-quote.ts';
import {ApiClient, orFail} from '../../api-client.ts';
import {CommandFailure, defineCommand, printLine} from '../../command.ts';
import {CLIENT_FLAGS, SERVER_FLAGS} from '../../http-flags.ts';

interface ShownServer {
  readonly ID: string;
  readonly Name: string;
  readonly Address: string;
  readonly NodeStatus: string;
  readonly Version: string;
  readonly LastContact: string;
  readonly LastTerm: number;
  readonly LastIndex: number;
  readonly Healthy: boolean;
  readonly Status: string;
  readonly Meta: Readonly<Record<string, string>> | null;
  readonly NodeType: string;
}

interface ShownState {
  readonly Healthy: boolean;
  readonly FailureTolerance: number;
  readonly OptimisticFailureTolerance: number;
  readonly Servers: Readonly<Record<string, ShownServer>>;
  readonly Leader: string;
  readonly Voters: readonly string[];
}

/** `consul operator autopilot state` (cli.md §3.6). */
export const autopilotStateCommand = defineCommand({
  usage: 'consul operator autopilot state [options]\n\n  Shows what autopilot thinks of the servers: who is healthy, and how many may be lost.',
  flags: {...CLIENT_FLAGS, ...SERVER_FLAGS, format: {kind: 'string', default: 'pretty', help: 'Output format {pretty|json}'}},
  async run({flags, io}) {
    const state = await orFail('Error querying Autopilot state', new ApiClient(flags, io).json<ShownState>('GET', '/v1/operator/autopilot/state'));
    if (flags.format === 'json') printLine(io, JSON.stringify(state, null, 4));
    else if (flags.format === 'pretty') printLine(io, pretty(state));
    else throw new CommandFailure(`Unknown format: ${flags.format}`);
    return 0;
  },
});

function pretty(state: ShownState): string {
  const lines = [
    `Healthy:                      ${state.Healthy}`,
    `Failure Tolerance:            ${state.FailureTolerance}`,
    `Optimistic Failure Tolerance: ${state.OptimisticFailureTolerance}`,
    `Leader:                       ${state.Leader}`,
    'Voters:',
    ...state.Voters.map((id) => `   ${id}`),
    'Servers:',
    ...Object.values(state.Servers).flatMap(serverLines),
  ];
  return lines.map((line) => `${line}\n`).join('');
}

function serverLines(server: ShownServer): readonly string[] {
  const meta = Object.entries(server.Meta ?? {}).map(([key, value]) => `         ${goQuote(key)}: ${goQuote(value)}`);
  return [
    `   ${server.ID}`,
    `      Name:            ${server.Name}`,
    `      Address:         ${server.Address}`,
    `      Version:         ${server.Version}`,
    `      Status:          ${server.Status}`,
    `      Node Type:       ${server.NodeType}`,
    `      Node Status:     ${server.NodeStatus}`,
    `      Healthy:         ${server.Healthy}`,
    `      Last Contact:    ${server.LastContact}`,
    `      Last Term:       ${server.LastTerm}`,
    `      Last Index:      ${server.LastIndex}`,
    ...(meta.length === 0 ? [] : ['      Meta', ...meta]),
  ];
}
