import {ApiClient, keyPath, orFail} from '../../api-client.ts';
import {CommandFailure, defineCommand, printError, printLine} from '../../command.ts';
import {CLIENT_FLAGS, SERVER_FLAGS, TENANCY_FLAGS} from '../../http-flags.ts';
import {decodeGoBase64, readDataArgument} from '../data-argument.ts';

/** `consul kv put` (cli.md §3.3). */
export const kvPutCommand = defineCommand({
  usage: `consul kv put [options] KEY [DATA]

  Writes a value. DATA may be the value itself, @ and the name of a file, or -
  for standard input. Without DATA the value is empty.

      $ consul kv put config/limit 5
      $ consul kv put config/motd @motd.txt`,
  flags: {
    ...CLIENT_FLAGS,
    ...SERVER_FLAGS,
    ...TENANCY_FLAGS,
    'acquire': {kind: 'bool', help: 'Take the lock of the key. Needs -session.'},
    'base64': {kind: 'bool', help: 'DATA is base64 and is decoded first.'},
    'cas': {kind: 'bool', help: 'Write only if the key has not changed: its ModifyIndex must be that of -modify-index, or the key must not exist where that is 0.'},
    'flags': {kind: 'uint', help: 'A number of your own to keep with the key.'},
    'modify-index': {kind: 'uint', help: 'The ModifyIndex that -cas compares with.'},
    'release': {kind: 'bool', help: 'Give the lock of the key back. Needs -session.'},
    'session': {kind: 'string', help: 'ID of the session that takes or gives back the lock.'},
  },
  async run({flags, args, io}) {
    if (args.length === 0) throw new CommandFailure('Error! Missing KEY argument');
    if (args.length > 2) throw new CommandFailure(`Error! Too many arguments (expected 1 or 2, got ${args.length})`);
    const key = args[0] ?? '';
    if (key === '') throw new CommandFailure('Error! Missing KEY argument');
    let data = args[1] === undefined ? Buffer.alloc(0) : await readDataArgument(args[1], io, 'Error! ');
    if (flags.base64) {
      const decoded = decodeGoBase64(data.toString('latin1'));
      if (decoded.errorAt !== undefined) printError(io, `Error! Cannot base 64 decode data: illegal base64 data at input byte ${decoded.errorAt}`);
      data = decoded.bytes;
    }
    if ((flags.acquire || flags.release) && flags.session === '') {
      throw new CommandFailure('Error! Missing -session (required with -acquire and -release)');
    }
    const client = new ApiClient(flags, io);
    if (key.startsWith('/')) throw new CommandFailure(`Error! Failed writing data: Invalid key. Key must not begin with a '/': ${key}`);
    const query = {
      ...(flags.flags === 0n ? {} : {flags: String(flags.flags)}),
      ...(flags.cas ? {cas: String(flags['modify-index'])} : flags.acquire ? {acquire: flags.session} : flags.release ? {release: flags.session} : {}),
    };
    const answer = await orFail('Error! Failed writing data', client.call('PUT', `/v1/kv/${keyPath(key)}`, {query, body: data}));
    const done = answer.body.toString('utf8').includes('true');
    if (flags.cas && !done) {
      const why = flags['modify-index'] === 0n ? 'CAS performed with index=0 and key already exists.' : 'CAS failed';
      throw new CommandFailure(`Error! Did not write to ${key}: ${why}`);
    }
    if (!flags.cas && flags.acquire && !done) throw new CommandFailure('Error! Did not acquire lock');
    if (!flags.cas && flags.release && !flags.acquire && !done) throw new CommandFailure('Error! Did not release lock');
    if (flags.cas) printLine(io, `Success! Data written to: ${key}`);
    else if (flags.acquire) printLine(io, `Success! Lock acquired on: ${key}`);
    else if (flags.release) printLine(io, `Success! Lock released on: ${key}`);
    else printLine(io, `Success! Data written to: ${key}`);
    return 0;
  },
});
