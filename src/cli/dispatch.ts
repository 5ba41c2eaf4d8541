import {suggest} from '../config/suggest.ts';
import {CommandFailure, type CommandIo} from './command.ts';
import {COMMANDS, longestMatch, type CommandEntry} from './command-tree.ts';
import {FlagError, HelpRequested, parseFlags, UnknownFlagError} from './go-flags.ts';
import {commandHelp, goUsage, nameList} from './help.ts';

const HELP_WORDS = new Set(['-h', '-help', '--help']);
const VERSION_WORDS = new Set(['-v', '-version', '--version']);
const INSTALL_WORDS = new Set(['-autocomplete-install', '-autocomplete-uninstall']);
const EXIT_UNKNOWN_COMMAND = 127;
const EXIT_FAILURE = 1;
/** Commands of Consul's that this program has not (docs/compatibility.md). */
const NOT_HERE = new Set(['acl', 'config', 'connect', 'debug', 'exec', 'intention', 'login', 'logout', 'peering', 'resource', 'troubleshoot']);

/**
 * Runs one command line (cli.md §1.1).
 * @param argv the words after the program's name
 * @returns the exit code
 */
export async function dispatch(argv: readonly string[], io: CommandIo): Promise<number> {
  const {COMP_LINE: typed, COMP_POINT: cursor} = io.env;
  if (typed !== undefined) return complete(typed.slice(0, Number(cursor ?? typed.length)), io);
  const firstWord = argv.findIndex((word) => !word.startsWith('-'));
  const before = firstWord < 0 ? argv : argv.slice(0, firstWord);
  if (before.some((word) => VERSION_WORDS.has(word))) return runLeaf('version', [], io);
  const install = before.find((word) => INSTALL_WORDS.has(word));
  if (install !== undefined) return changeCompletion(install, io);
  const wantsHelp = wordsBeforeDoubleDash(argv).some((word) => HELP_WORDS.has(word));
  const path = firstWord < 0 ? '' : longestMatch(argv.slice(firstWord));
  const entry = path === '' ? undefined : COMMANDS[path];
  if (entry === undefined) {
    (wantsHelp && firstWord < 0 ? io.stdout : io.stderr)(topHelp());
    const word = argv[firstWord];
    if (word !== undefined) io.stderr(NOT_HERE.has(word) ? `This version of Proconsul has no command ${word}\n` : `${unknownText('command', word, subcommands('').map(([name]) => name))}`);
    return wantsHelp && firstWord < 0 ? 0 : EXIT_UNKNOWN_COMMAND;
  }
  if (!('load' in entry)) {
    (wantsHelp ? io.stdout : io.stderr)(groupHelp(path, entry.about));
    const word = argv[firstWord + path.split(' ').length];
    if (word !== undefined && !word.startsWith('-')) io.stderr(`\n${unknownText('subcommand', word, subcommands(path).map(([name]) => name))}`);
    return wantsHelp ? 0 : EXIT_FAILURE;
  }
  if (before.length > 0 && !wantsHelp) {
    io.stderr('Invalid flags before the subcommand. If these flags are for\nthe subcommand, please put them after the subcommand.\n\n');
    return EXIT_FAILURE;
  }
  const rest = argv.slice(firstWord + path.split(' ').length);
  return runLeaf(path, wantsHelp ? ['-h'] : rest, io);
}

/** A shell asks what could be meant. */
async function complete(typed: string, io: CommandIo): Promise<number> {
  const {completions} = await import('./completion.ts');
  io.stdout((await completions(typed)).map((word) => `${word}\n`).join(''));
  return 0;
}

async function changeCompletion(word: string, io: CommandIo): Promise<number> {
  const {installCompletion, launcherPath, uninstallCompletion} = await import('./completion-install.ts');
  const home = io.env['HOME'] ?? '';
  try {
    if (word === '-autocomplete-install') installCompletion(home, launcherPath());
    else uninstallCompletion(home, launcherPath());
    return 0;
  } catch (error) {
    if (!(error instanceof CommandFailure)) throw error;
    io.stderr(`${error.message}\n`);
    return error.exitCode;
  }
}

async function runLeaf(path: string, words: readonly string[], io: CommandIo): Promise<number> {
  const entry = COMMANDS[path];
  if (entry === undefined || !('load' in entry)) return EXIT_UNKNOWN_COMMAND;
  const command = await entry.load();
  const help = (): string => commandHelp(command);
  if (words[0] === '-h' && words.length === 1) {
    io.stdout(help());
    return 0;
  }
  try {
    return await command.run({...parseFlags(command.flags, words), io, help});
  } catch (error) {
    if (error instanceof FlagError || error instanceof HelpRequested) {
      io.stderr(error instanceof FlagError ? `${error.message}\n${goUsage(command.flags)}` : `${goUsage(command.flags)}${error.message}\n`);
      if (command.flagErrorPrefix !== undefined) io.stderr(`${command.flagErrorPrefix}${error.message}\n`);
      // The list of flags is long: what went wrong is said once more where it is seen.
      if (error instanceof UnknownFlagError) io.stderr(`\n${unknownText('flag', `-${error.flag}`, Object.keys(command.flags).map((name) => `-${name}`))}`);
      return EXIT_FAILURE;
    }
    if (!(error instanceof CommandFailure)) throw error;
    if (error.message !== '') io.stderr(`${error.message}\n`);
    return error.exitCode;
  }
}

function wordsBeforeDoubleDash(argv: readonly string[]): readonly string[] {
  const end = argv.indexOf('--');
  return end < 0 ? argv : argv.slice(0, end);
}

function topHelp(): string {
  return `Usage: consul [--version] [--help] <command> [<args>]\n\nAvailable commands are:\n${nameList(sorted(subcommands('')))}\n`;
}

function groupHelp(path: string, about: string): string {
  return `Usage: ${about}\n\nSubcommands:\n${nameList(sorted(subcommands(path)))}`;
}

/** Names and synopses of what stands one step below a group of commands; below the empty one, of all that stands first. */
function subcommands(path: string): readonly (readonly [name: string, synopsis: string])[] {
  const before = path === '' ? '' : `${path} `;
  return Object.entries<CommandEntry>(COMMANDS)
    .filter(([name]) => name.startsWith(before) && !name.slice(before.length).includes(' '))
    .map(([name, entry]) => [name.slice(before.length), entry.synopsis] as const);
}

function unknownText(what: 'command' | 'subcommand' | 'flag', word: string, known: readonly string[]): string {
  const near = suggest(word, known);
  return `Unknown ${what} ${word}${near === undefined ? '' : `; did you mean ${near}?`}\n`;
}

function sorted(names: readonly (readonly [string, string])[]): readonly (readonly [string, string])[] {
  return [...names].sort(([a], [b]) => (a < b ? -1 : 1));
}
