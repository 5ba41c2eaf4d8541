import {existsSync, mkdirSync, readFileSync, writeFileSync} from 'node:fs';
import {dirname} from 'node:path';
import {errorText} from '../../../runtime/thrown.ts';
import {CommandFailure} from '../../command.ts';
import {openErrorText} from '../../../runtime/system-error.ts';

/** Who may read a file. */
export const certificateMode = 0o644;
export const keyMode = 0o600;

/** Writes a new file; one that exists is never written over. @throws CommandFailure */
export function writePem(path: string, text: string, mode: number): void {
  try {
    mkdirSync(dirname(path), {recursive: true});
    writeFileSync(path, text, {mode, flag: 'wx'});
  } catch (error) {
    throw new CommandFailure(existsSync(path) ? `${path} already exists.` : errorText(error));
  }
}

/** @throws CommandFailure `Error reading <what>: …` */
export function readPem(path: string, what: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new CommandFailure(`Error reading ${what}: ${openErrorText(error, path)}`);
  }
}
