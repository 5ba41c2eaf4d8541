import {joinHostPort} from '../../runtime/host-port.ts';
import {ApiClient, orFail} from '../api-client.ts';
import {columns} from '../columns.ts';
import {CommandFailure, defineCommand, printLine} from '../command.ts';
import {CLIENT_FLAGS, PARTITION_FLAG} from '../http-flags.ts';

interface Member {
  readonly Name: string;
  readonly Addr: string;
  readonly Port: number;
  readonly Tags: Readonly<Record<string, string>>;
  readonly Status: number;
}

const EXIT_NO_MATCH = 2;
const STATUS_NAMES = ['none', 'alive', 'leaving', 'left', 'failed'];
const ALL_SEGMENTS = '_all';
const ANY_STATUS = '.*';

/** `consul members` (cli.md §3.1). */
export const membersCommand = defineCommand({
  usage: 'consul members [options]\n\n  Shows the members of the cluster, as the agent sees them.',
  flags: {
    ...CLIENT_FLAGS,
    ...PARTITION_FLAG,
    'detailed': {kind: 'bool', help: 'Show all that is known of each member.'},
    'filter': {kind: 'string', help: 'Filter expression that members must meet.'},
    'segment': {kind: 'string', default: ALL_SEGMENTS, help: '(Enterprise-only) Show only members of this network segment.'},
    'status': {kind: 'string', default: ANY_STATUS, help: 'Regular expression that the status of a member must match.'},
    'wan': {kind: 'bool', help: 'Show the servers of all datacenters.'},
  },
  async run({flags, io}) {
    const hasStatus = await statusTest(flags.status);
    const client = new ApiClient(flags, io);
    const query = {segment: flags.segment, ...(flags.filter === '' ? {} : {filter: flags.filter}), ...(flags.wan ? {wan: '1'} : {})};
    const all = await orFail('Error retrieving members', client.json<readonly Member[] | null>('GET', '/v1/agent/members', {query}));
    const members = (all ?? []).map((member) => withTags(member, flags.segment)).filter((member) => hasStatus(statusName(member))).sort(compareMembers);
    if (members.length === 0) return EXIT_NO_MATCH;
    printLine(io, columns(flags.detailed ? detailed(members) : standard(members)));
    return 0;
  },
});

/** The engine of expressions is loaded only when there is one: most calls do without. */
async function statusTest(expression: string): Promise<(status: string) => boolean> {
  if (expression === ANY_STATUS) return () => true;
  const {compileGoRegexp} = await import('../../schema/go-regexp.ts');
  const compiled = compileGoRegexp(expression);
  if ('error' in compiled) throw new CommandFailure(`Failed to compile status regexp: ${compiled.error}`);
  return compiled.test;
}

function statusName(member: Member): string {
  return STATUS_NAMES[member.Status] ?? 'none';
}

function withTags(member: Member, segment: string): Member {
  const tags: Record<string, string> = {...member.Tags};
  if (!('ap' in tags) || tags['ap'] === '') tags['ap'] = 'default';
  if (tags['segment'] === undefined || tags['segment'] === '') {
    tags['segment'] = tags['role'] === 'consul' && segment === ALL_SEGMENTS ? '<all>' : '<default>';
  } else if (tags['role'] === 'consul' && segment === ALL_SEGMENTS) tags['segment'] = '<all>';
  return {...member, Tags: tags};
}

function compareMembers(a: Member, b: Member): number {
  const order = (member: Member): readonly string[] => [
    member.Tags['role'] === 'consul' ? '0' : '1',
    member.Tags['ap'] === 'default' ? '0' : '1',
    member.Tags['segment'] ?? '',
    member.Tags['ap'] ?? '',
    member.Name,
  ];
  const [left, right] = [order(a), order(b)];
  for (const [i, text] of left.entries()) {
    const other = right[i] ?? '';
    if (text !== other) return text < other ? -1 : 1;
  }
  return 0;
}

function address(member: Member): string {
  return joinHostPort(member.Addr, member.Port);
}

function standard(members: readonly Member[]): string[][] {
  const rows = members.map((member) => {
    const tags = member.Tags;
    const build = tags['build'] === undefined || tags['build'] === '' ? '< 0.3' : (tags['build'].split(':')[0] ?? '');
    const [ap, segment] = [tags['ap'] ?? '', tags['segment'] ?? ''];
    const head = [member.Name, address(member), statusName(member)];
    if (tags['role'] !== 'node' && tags['role'] !== 'consul') return [...head, 'unknown', '', '', '', '', ''];
    return [...head, tags['role'] === 'node' ? 'client' : 'server', build, tags['vsn'] ?? '', tags['dc'] ?? '', ap, segment];
  });
  return [['Node', 'Address', 'Status', 'Type', 'Build', 'Protocol', 'DC', 'Partition', 'Segment'], ...rows];
}

function detailed(members: readonly Member[]): string[][] {
  const rows = members.map((member) => {
    const tags = Object.entries(member.Tags).sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, value]) => `${name}=${value}`).join(',');
    return [member.Name, address(member), statusName(member), tags];
  });
  return [['Node', 'Address', 'Status', 'Tags'], ...rows];
}
