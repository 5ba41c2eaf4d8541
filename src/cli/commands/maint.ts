import {ApiClient, orFail, pathEscape} from '../api-client.ts';
import {CommandFailure, defineCommand, printLine} from '../command.ts';
import {CLIENT_FLAGS} from '../http-flags.ts';

interface AgentCheck {
  readonly Node: string;
  readonly CheckID: string;
  readonly Notes: string;
  readonly ServiceID: string;
}

const NODE_MAINTENANCE = '_node_maintenance';
const SERVICE_MAINTENANCE = '_service_maintenance:';

/** `consul maint` (cli.md §3.9). */
export const maintCommand = defineCommand({
  usage: `consul maint [options]

  Takes the node, or one of its services, out of the answers of DNS and of
  health queries, and puts it back. Without options it lists what is in
  maintenance.`,
  flags: {
    ...CLIENT_FLAGS,
    'disable': {kind: 'bool', help: 'End maintenance.'},
    'enable': {kind: 'bool', help: 'Begin maintenance.'},
    'reason': {kind: 'string', help: 'Why, for others to read.'},
    'service': {kind: 'string', help: 'ID of the service; without it the whole node is meant.'},
  },
  async run({flags, io}) {
    const {enable, disable, reason, service} = flags;
    if (enable && disable) throw new CommandFailure('Only one of -enable or -disable may be provided');
    if (!enable && reason !== '') throw new CommandFailure('Reason may only be provided with -enable');
    if (!enable && !disable && service !== '') throw new CommandFailure('Service requires either -enable or -disable');
    const client = new ApiClient(flags, io);
    if (!enable && !disable) {
      for (const line of await list(client)) printLine(io, line);
      return 0;
    }
    const query = {enable: String(enable), ...(enable ? {reason} : {})};
    const what = service === '' ? 'node' : 'service';
    const path = service === '' ? '/v1/agent/maintenance' : `/v1/agent/service/maintenance/${pathEscape(service)}`;
    await orFail(`Error ${enable ? 'enabling' : 'disabling'} ${what} maintenance`, client.call('PUT', path, {query}));
    const state = `maintenance is now ${enable ? 'enabled' : 'disabled'}`;
    printLine(io, service === '' ? `Node ${state}` : `Service ${state} for "${service}"`);
    return 0;
  },
});

async function list(client: ApiClient): Promise<readonly string[]> {
  const self = await orFail('Error querying Consul agent', client.json<{readonly Config: {readonly NodeName: string}}>('GET', '/v1/agent/self'));
  const checks = await orFail('Error getting checks', client.json<Readonly<Record<string, AgentCheck>>>('GET', '/v1/agent/checks'));
  return Object.values(checks).flatMap((check) => {
    if (check.CheckID === NODE_MAINTENANCE) return ['Node:', `  Name:   ${self.Config.NodeName}`, `  Reason: ${check.Notes}`, ''];
    if (check.CheckID.startsWith(SERVICE_MAINTENANCE)) return ['Service:', `  ID:     ${check.ServiceID}`, `  Reason: ${check.Notes}`, ''];
    return [];
  });
}
