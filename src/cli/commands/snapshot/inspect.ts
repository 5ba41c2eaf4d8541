import {type ArchivedMeta} from '../../../raft/snapshot/snapshot-archive-reader.ts';
import {columns} from '../../columns.ts';
import {CommandFailure, defineCommand, printLine} from '../../command.ts';
import {readSnapshotFile} from './snapshot-file.ts';
import {type Share, Statistics} from './statistics.ts';

const sizeUnits = ['B', 'KB', 'MB', 'GB', 'TB'];
const bytesPerUnit = 1024;
const columnGap = 6;

/** `consul snapshot inspect` (cli.md §3.10). */
export const snapshotInspectCommand = defineCommand({
  usage: 'consul snapshot inspect [options] FILE\n\n  Shows what a snapshot holds, and how much of it. No agent is asked.\n\n      $ consul snapshot inspect backup.snap',
  flags: {
    format: {kind: 'string', default: 'pretty', help: 'Output format {pretty|json}'},
    kvdepth: {kind: 'int', default: '2', help: 'With -kvdetails: how many segments of a key make a group.'},
    kvdetails: {kind: 'bool', help: 'Show how much the keys of the KV store take, in groups.'},
    kvfilter: {kind: 'string', help: 'With -kvdetails: count only keys that begin with this.'},
  },
  async run({flags, args, io}) {
    const [file] = args;
    if (file === undefined) throw new CommandFailure('Missing FILE argument');
    if (args.length > 1) throw new CommandFailure(`Too many arguments (expected 1, got ${args.length})`);
    const statistics = new Statistics(flags.kvdetails ? {depth: flags.kvdepth, prefix: flags.kvfilter} : undefined);
    const meta = await readSnapshotFile(file, statistics);
    if (flags.format === 'json') printLine(io, json(meta, statistics));
    else if (flags.format === 'pretty') printLine(io, pretty(meta, statistics));
    else throw new CommandFailure(`Error outputting enhanced snapshot data: Unknown format: ${flags.format}`);
    return 0;
  },
});

function json({ID, Size, Index, Term, Version}: ArchivedMeta, {types, keys, totalBytes, totalKeyBytes}: Statistics): string {
  const shown = {
    Meta: {ID, Size, Index, Term, Version},
    Stats: types,
    StatsKV: keys.length === 0 ? null : keys,
    TotalSize: totalBytes,
    TotalSizeKV: totalKeyBytes,
  };
  return JSON.stringify(shown, null, 3);
}

function pretty({ID, Size, Index, Term, Version}: ArchivedMeta, {types, keys, totalBytes, totalKeyBytes}: Statistics): string {
  const head = table([['ID', ID], ['Size', String(Size)], ['Index', String(Index)], ['Term', String(Term)], ['Version', String(Version)]]);
  const parts = [head, shares('Type', types, totalBytes)];
  if (keys.length > 0) parts.push(shares('Key Name', keys, totalKeyBytes));
  return parts.join('\n\n');
}

function shares(title: string, rows: readonly Share[], total: number): string {
  return table([
    [title, 'Count', 'Size'],
    ['----', '----', '----'],
    ...rows.map(({Name, Sum, Count}) => [Name, String(Count), sizeText(Sum)]),
    ['----', '----', '----'],
    ['Total', '', sizeText(total)],
  ]);
}

function table(rows: readonly (readonly string[])[]): string {
  return columns(rows.map(([first = '', ...others]) => [` ${first}`, ...others]), columnGap);
}

/** One decimal, which is left away when it is 0; halves are rounded to the even one, as Go does. */
function sizeText(bytes: number): string {
  if (bytes === 0) return '0';
  const unit = Math.min(Math.floor(Math.log2(bytes) / Math.log2(bytesPerUnit)), sizeUnits.length - 1);
  const unitBytes = bytesPerUnit ** unit;
  const [below, rest] = [Math.floor((bytes * 10) / unitBytes), (bytes * 10) % unitBytes];
  const tenths = below + (rest * 2 > unitBytes || (rest * 2 === unitBytes && below % 2 === 1) ? 1 : 0);
  return `${tenths / 10}${sizeUnits[unit] ?? ''}`;
}
