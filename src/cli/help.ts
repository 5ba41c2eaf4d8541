import {type Command} from './command.ts';
import {type FlagKind, type FlagSpec, type FlagTable} from './go-flags.ts';
import {goQuote} from '../schema/go-quote.ts';

/** Consul wraps a flag's description at this many characters and sets it in by five. */
const WRAP_CHARS = 67;

const TYPE_NAMES: Readonly<Record<FlagKind, string>> = {
  bool: '', strictBool: '', string: 'string', value: 'value', int: 'int', atoi: 'value', uint: 'uint', duration: 'duration', strictUint: 'value', strictDuration: 'value',
  list: 'value', pairs: 'value', colonPairs: 'value',
};

function valueName(spec: FlagSpec): string {
  return /`([^`]+)`/.exec(spec.help)?.[1] ?? TYPE_NAMES[spec.kind];
}

function shown(flags: FlagTable): [string, FlagSpec][] {
  return Object.entries(flags).sort(([a], [b]) => (a < b ? -1 : 1));
}

function wrap(text: string): string {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(/\s+/)) {
    if (line !== '' && line.length + 1 + word.length > WRAP_CHARS) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line].map((each) => `     ${each}`).join('\n');
}

/** What a flag does, and what it is when it is not given. */
function explained({kind, help, default: unless}: FlagSpec): string {
  const isSaid = unless === undefined || unless === '' || kind === 'bool' || /default/i.test(help);
  return isSaid ? help : `${help} Default: ${unless}`;
}

function section(title: string, flags: readonly [string, FlagSpec][]): string {
  if (flags.length === 0) return '';
  const entries = flags.map(([name, spec]) => {
    const value = valueName(spec);
    return `  -${name}${value === '' ? '' : `=<${value}>`}\n${wrap(explained(spec))}\n`;
  });
  return `\n${title}\n\n${entries.join('\n')}`;
}

/** The help of one command, in Consul's layout (cli.md §1.1); ends with a newline. */
export function commandHelp(command: Pick<Command, 'usage' | 'flags'>): string {
  const flags = shown(command.flags);
  return `Usage: ${command.usage.trim()}\n`
    + section('HTTP API Options', flags.filter(([, spec]) => spec.section === 'http'))
    + section('Command Options', flags.filter(([, spec]) => spec.section !== 'http'));
}

/** The list of flags that Go prints after a flag error. */
export function goUsage(flags: FlagTable): string {
  const lines = shown(flags).map(([name, spec]) => {
    const value = valueName(spec);
    const shownDefault = spec.default === undefined || spec.kind === 'value' || spec.kind === 'list' ? ''
      : ` (default ${spec.kind === 'string' ? goQuote(spec.default) : spec.default})`;
    const head = `  -${name}${value === '' ? '' : ` ${value}`}`;
    const text = `${spec.help.replaceAll('`', '')}${shownDefault}`;
    return name.length === 1 && value === '' ? `${head}\t${text}\n` : `${head}\n    \t${text}\n`;
  });
  return `Usage:\n${lines.join('')}`;
}

/** A list of names and what they do, as Consul lays out subcommands. */
export function nameList(entries: readonly (readonly [string, string])[]): string {
  const width = Math.max(...entries.map(([name]) => name.length));
  return entries.map(([name, synopsis]) => `    ${name.padEnd(width)}    ${synopsis}\n`).join('');
}
