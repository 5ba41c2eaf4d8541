import {COMMANDS, longestMatch} from './command-tree.ts';

const TOP_FLAGS = ['-autocomplete-install', '-autocomplete-uninstall', '-help', '-version'];

/**
 * What may stand where the cursor is, as bash's `complete -C` asks for it (COMP_LINE, COMP_POINT).
 * @param line the command line up to the cursor
 * @returns words that begin with what is there already
 */
export async function completions(line: string): Promise<readonly string[]> {
  const words = line.trimStart().split(/\s+/).slice(1);
  const begun = words.pop() ?? '';
  const path = longestMatch(words.filter((word) => !word.startsWith('-')));
  return (await candidates(path, begun)).filter((word) => word.startsWith(begun)).sort();
}

async function candidates(path: string, begun: string): Promise<readonly string[]> {
  const entry = path === '' ? undefined : COMMANDS[path];
  if (entry !== undefined && 'load' in entry) {
    if (!begun.startsWith('-')) return [];
    const {flags} = await entry.load();
    const dashes = begun.startsWith('--') ? '--' : '-';
    return Object.keys(flags).map((name) => dashes + name);
  }
  if (begun.startsWith('-')) return path === '' ? TOP_FLAGS : [];
  const depth = path === '' ? 0 : path.split(' ').length;
  return Object.keys(COMMANDS).filter((name) => name.startsWith(path === '' ? '' : `${path} `) && name.split(' ').length === depth + 1).map((name) => name.split(' ').at(-1) ?? '');
}
