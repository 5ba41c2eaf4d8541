import {randomBytes} from 'node:crypto';
import {defineCommand, printLine} from '../command.ts';

const KEY_BYTES = 32;

/** `consul keygen` (cli.md §3.7). */
export const keygenCommand = defineCommand({
  usage: 'consul keygen\n\n  Makes a key of 32 random bytes for the encryption of gossip, in the form\n  that the agent expects.',
  flags: {},
  async run({io}) {
    printLine(io, randomBytes(KEY_BYTES).toString('base64'));
    return 0;
  },
});
