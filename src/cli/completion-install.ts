import {existsSync, readFileSync, writeFileSync} from 'node:fs';
import {dirname, join, resolve} from 'node:path';
import {CommandFailure} from './command.ts';

interface Shell {
  readonly file: string;
  readonly lines: (program: string) => readonly string[];
}

const NAMES = ['consul', 'proconsul'];

/** Shells whose start-up files are known, by the file in the home folder. */
const SHELLS: readonly Shell[] = [
  {file: '.bashrc', lines: (program) => NAMES.map((name) => `complete -C ${program} ${name}`)},
  {file: '.zshrc', lines: (program) => ['autoload -U +X bashcompinit && bashcompinit', ...NAMES.map((name) => `complete -o nospace -C ${program} ${name}`)]},
];

/** The launcher that started this program, which is a bundle beside it. */
export function launcherPath(): string {
  return resolve(dirname(process.argv[1] ?? ''), '../bin/consul');
}

/**
 * Makes the shells of this user complete the command's words, by lines in their start-up files.
 * @param home the user's home folder; a shell without a start-up file there is not used
 * @param program the launcher's path
 * @throws CommandFailure where the lines are there already, or no shell is known
 */
export function installCompletion(home: string, program: string): void {
  changeFiles(home, program, 'already installed in', (text, lines) => {
    if (lines.every((line) => text.split('\n').includes(line))) return undefined;
    return `${text === '' || text.endsWith('\n') ? text : `${text}\n`}${lines.join('\n')}\n`;
  });
}

/** Takes the lines away again. @throws CommandFailure where there are none */
export function uninstallCompletion(home: string, program: string): void {
  changeFiles(home, program, 'is not installed in', (text, lines) => {
    const kept = text.split('\n').filter((line) => !lines.includes(line));
    const after = kept.join('\n');
    return after === text ? undefined : after;
  });
}

function changeFiles(home: string, program: string, refused: string, edit: (text: string, lines: readonly string[]) => string | undefined): void {
  const found = SHELLS.map(({file, lines}) => ({path: join(home, file), lines: lines(program)})).filter(({path}) => existsSync(path));
  const faults = found.length === 0 ? [`no start-up file of bash or zsh in ${home}`] : [];
  for (const {path, lines} of found) {
    const after = edit(readFileSync(path, 'utf8'), lines);
    if (after === undefined) faults.push(`${refused} ${path}`);
    else writeFileSync(path, after);
  }
  if (faults.length > 0) {
    throw new CommandFailure(`Error executing CLI: ${faults.length} error${faults.length === 1 ? '' : 's'} occurred:\n${faults.map((fault) => `\t* ${fault}\n`).join('')}\n`);
  }
}
