import {readFileSync} from 'node:fs';
import {CommandFailure, type CommandIo} from '../command.ts';
import {openErrorText} from '../../runtime/system-error.ts';

/**
 * Data given on the command line: `@path` is a file, `-` is standard input, anything else is itself (cli.md §2).
 * @param failure put before the text when the file does not open
 */
export async function readDataArgument(argument: string, io: CommandIo, failure: string): Promise<Buffer> {
  if (argument === '-') return io.stdin();
  if (!argument.startsWith('@')) return Buffer.from(argument);
  const path = argument.slice(1);
  try {
    return readFileSync(path);
  } catch (error) {
    throw new CommandFailure(`${failure}Failed to read file: ${openErrorText(error, path)}`);
  }
}

/** How much of a text Go's strict base64 reader can take, and where it stops. */
export function decodeGoBase64(text: string): {readonly bytes: Buffer; readonly errorAt: number | undefined} {
  const valid = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?/.exec(text)?.[0] ?? '';
  const errorAt = valid.length === text.length ? undefined : badByte(text, valid.length);
  return {bytes: Buffer.from(valid, 'base64'), errorAt};
}

/** Go names the first byte that is no digit, or where the group begins that is too short. */
function badByte(text: string, from: number): number {
  for (let at = from; at < text.length; at++) if (!/[A-Za-z0-9+/]/.test(text[at] ?? '')) return at;
  return from;
}
