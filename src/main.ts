import {enableCompileCache} from 'node:module';
import {type CommandIo} from './cli/command.ts';
import {dispatch} from './cli/dispatch.ts';
import {systemErrorText} from './runtime/system-error.ts';

/** Standard input to its end. */
async function readStdin(): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

function signalsCaught(): AbortSignal {
  const caught = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.on(name, () => caught.abort());
  return caught.signal;
}

enableCompileCache();
const io: CommandIo = {
  stdout: (text) => void process.stdout.write(text),
  stderr: (text) => void process.stderr.write(text),
  stdin: readStdin,
  env: process.env,
  interruption: signalsCaught,
};
// A reader that goes away (`consul kv export | head`) is no fault of ours.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  process.stderr.write(`write /dev/stdout: ${systemErrorText(error)}\n`);
  process.exit(1);
});
const exitCode = await dispatch(process.argv.slice(2), io);
// What was written goes out first; a handle that somebody forgot must not keep the process.
process.stdout.write('', (error) => {
  if (error === undefined || error === null) process.exit(exitCode);
});
