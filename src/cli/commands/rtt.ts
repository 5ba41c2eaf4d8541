import {ApiClient, orFail} from '../api-client.ts';
import {CommandFailure, defineCommand, printLine} from '../command.ts';
import {CLIENT_FLAGS} from '../http-flags.ts';

interface Coordinate {
  readonly Vec: readonly number[];
  readonly Adjustment: number;
  readonly Height: number;
}

interface CoordinateEntry {
  readonly Node: string;
  readonly Segment: string;
  readonly Coord: Coordinate;
}

const MS_PER_SECOND = 1000;

/** `consul rtt` (cli.md §3.9). */
export const rttCommand = defineCommand({
  usage: `consul rtt [options] node1 [node2]

  Estimates how long a message takes between two nodes and back, from their
  network coordinates. Without node2 it is the agent's own node. With -wan
  names are <node>.<datacenter>.`,
  flags: {...CLIENT_FLAGS, 'wan': {kind: 'bool', help: 'Use the coordinates of the servers of all datacenters.'}},
  async run({flags, args, io, help}) {
    const [first, second] = args;
    if (first === undefined || args.length > 2) throw new CommandFailure(`One or two node names must be specified\n\n${help().trimEnd()}`);
    const client = new ApiClient(flags, io);
    const rtt = flags.wan ? await wanSeconds(client, first, second) : await lanSeconds(client, first, second);
    printLine(io, `Estimated ${rtt.from} <-> ${rtt.to} rtt: ${(rtt.seconds * MS_PER_SECOND).toFixed(3)} ms (using ${flags.wan ? 'WAN' : 'LAN'} coordinates)`);
    return 0;
  },
});

interface Estimate {
  readonly from: string;
  readonly to: string;
  readonly seconds: number;
}

async function ownName(client: ApiClient, wan: boolean): Promise<string> {
  const {Config: config} = await orFail('Unable to look up agent info', client.json<{readonly Config: {readonly NodeName: string; readonly Datacenter: string}}>('GET', '/v1/agent/self'));
  return wan ? `${config.NodeName}.${config.Datacenter}` : config.NodeName;
}

async function lanSeconds(client: ApiClient, from: string, second: string | undefined): Promise<Estimate> {
  const to = second ?? await ownName(client, false);
  const entries = await orFail('Error getting coordinates', client.json<readonly CoordinateEntry[]>('GET', '/v1/coordinate/nodes'));
  const find = (name: string): CoordinateEntry[] => entries.filter((entry) => entry.Node === name);
  const [left, right] = [find(from), find(to)];
  if (left.length === 0) throw new CommandFailure(`Could not find a coordinate for node ${JSON.stringify(from)}`);
  if (right.length === 0) throw new CommandFailure(`Could not find a coordinate for node ${JSON.stringify(to)}`);
  for (const a of left) {
    const b = right.find((entry) => entry.Segment === a.Segment);
    if (b !== undefined) return {from, to, seconds: distanceSeconds(a.Coord, b.Coord)};
  }
  throw new CommandFailure('Could not find coordinates in the same segment for both nodes');
}

async function wanSeconds(client: ApiClient, from: string, second: string | undefined): Promise<Estimate> {
  const to = second ?? await ownName(client, true);
  const wanted = [from, to].map((name) => {
    const dot = name.lastIndexOf('.');
    if (dot < 0) throw new CommandFailure('Node names must be specified as <node name>.<datacenter> with -wan');
    return {node: name.slice(0, dot), datacenter: name.slice(dot + 1), name};
  });
  const maps = await orFail('Error getting coordinates', client.json<readonly {readonly Datacenter: string; readonly AreaID: string; readonly Coordinates: readonly CoordinateEntry[]}[]>('GET', '/v1/coordinate/datacenters'));
  const [left, right] = wanted.map(({node, datacenter, name}) => {
    const found = maps.filter((map) => map.Datacenter === datacenter).flatMap((map) => map.Coordinates).find((entry) => entry.Node === node);
    if (found === undefined) throw new CommandFailure(`Could not find a coordinate for node ${JSON.stringify(name)}`);
    return found.Coord;
  });
  if (left === undefined || right === undefined) throw new CommandFailure('One or two node names must be specified');
  return {from, to, seconds: distanceSeconds(left, right)};
}

/** Vivaldi's estimate (gossip.md, coordinates): adjusted when that stays positive. */
function distanceSeconds(a: Coordinate, b: Coordinate): number {
  const squares = a.Vec.reduce((sum, value, i) => sum + (value - (b.Vec[i] ?? 0)) ** 2, 0);
  const raw = Math.sqrt(squares) + a.Height + b.Height;
  const adjusted = raw + a.Adjustment + b.Adjustment;
  return adjusted > 0 ? adjusted : raw;
}
