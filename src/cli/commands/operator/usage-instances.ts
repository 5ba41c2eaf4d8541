import {ApiClient, orFail} from '../../api-client.ts';
import {columns} from '../../columns.ts';
import {CommandFailure, defineCommand} from '../../command.ts';
import {CLIENT_FLAGS, SERVER_FLAGS} from '../../http-flags.ts';

interface ShownUsage {
  readonly Services: number;
  readonly ServiceInstances: number;
  readonly ConnectServiceInstances: Readonly<Record<string, number>>;
  readonly BillableServiceInstances: number;
  readonly Nodes: number;
}

/** By datacenter. */
type Usages = readonly (readonly [datacenter: string, usage: ShownUsage])[];

const columnGap = 6;

/** `consul operator usage instances` (cli.md §3.6). */
export const usageInstancesCommand = defineCommand({
  usage:
    'consul operator usage instances [options]\n\n  Counts services and their instances, as they are billed and as they take part in the mesh.\n\n      $ consul operator usage instances -all-datacenters',
  flags: {
    ...CLIENT_FLAGS,
    ...SERVER_FLAGS,
    'all-datacenters': {kind: 'bool', help: 'Count in all datacenters.'},
    'billable': {kind: 'bool', help: 'Only what is billed.'},
    'connect': {kind: 'bool', help: 'Only what is part of the mesh.'},
  },
  async run({flags, args, io}) {
    if (args.length > 0) throw new CommandFailure(`Too many arguments (expected 0, got ${args.length})`);
    if (flags.billable && flags.connect) throw new CommandFailure('Cannot specify both -billable and -connect flags');
    const isGlobal = flags['all-datacenters'];
    const api = new ApiClient(flags, io);
    const {Usage} = await orFail(
      'Error fetching usage information',
      api.json<{readonly Usage: Readonly<Record<string, ShownUsage>>}>('GET', '/v1/operator/usage', {query: isGlobal ? {global: ''} : {}}),
    );
    const usages = Object.entries(Usage).sort(([a], [b]) => (a < b ? -1 : 1));
    if (!flags.connect) io.stdout(`${billable(usages, isGlobal)}\n\n\n${nodes(usages)}\n\n\n`);
    if (!flags.billable) io.stdout(`Connect Services\n${mesh(usages, isGlobal)}\n`);
    return 0;
  },
});

function billable(usages: Usages, isGlobal: boolean): string {
  const totals = [
    `Billable Service Instances Total: ${sum(usages, (usage) => usage.BillableServiceInstances)}`,
    ...usages.map(([datacenter, usage]) => `${datacenter} Billable Service Instances: ${usage.BillableServiceInstances}`),
  ];
  const rows = usages.map(([datacenter, usage]) => [datacenter, String(usage.Services), String(usage.BillableServiceInstances)]);
  const total = ['Total', String(sum(usages, (usage) => usage.Services)), String(sum(usages, (usage) => usage.BillableServiceInstances))];
  return `${totals.join('\n')}\n\nBillable Services\n${table(['Datacenter', 'Services', 'Service instances'], rows, isGlobal ? total : undefined)}`;
}

function nodes(usages: Usages): string {
  const rows = usages.map(([datacenter, usage]) => [datacenter, String(usage.Nodes)]);
  const total = ['Total', String(sum(usages, (usage) => usage.Nodes))];
  // Consul's header ends with two empty columns.
  return `Nodes\n${columns([['Datacenter', 'Count', '', ''], ...rows, ['', ''], total], columnGap)}`;
}

function mesh(usages: Usages, isGlobal: boolean): string {
  const rows = usages.flatMap(([datacenter, usage]) => {
    const kinds = Object.entries(usage.ConnectServiceInstances).sort(([a], [b]) => (a < b ? -1 : 1));
    return kinds.map(([kind, count]) => [datacenter, kind, String(count)]);
  });
  const total = sum(usages, (usage) => Object.values(usage.ConnectServiceInstances).reduce((all, count) => all + count, 0));
  return table(['Datacenter', 'Type', 'Service instances'], rows, isGlobal ? ['Total', '', String(total)] : undefined);
}

/** With a total it is about several datacenters, and each row says which; without, that column is left away. */
function table(header: readonly string[], rows: readonly (readonly string[])[], total: readonly string[] | undefined): string {
  if (total === undefined) return columns([header, ...rows].map((row) => row.slice(1)), columnGap);
  return columns([header, ...rows, total.map(() => ''), total], columnGap);
}

function sum(usages: Usages, count: (usage: ShownUsage) => number): number {
  return usages.reduce((all, [, usage]) => all + count(usage), 0);
}
