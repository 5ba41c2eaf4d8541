import {ApiClient, keyPath, orFail} from '../../api-client.ts';
import {CommandFailure, defineCommand, printLine} from '../../command.ts';
import {CLIENT_FLAGS, SERVER_FLAGS, TENANCY_FLAGS} from '../../http-flags.ts';

/** `consul kv delete` (cli.md §3.3). */
export const kvDeleteCommand = defineCommand({
  usage: 'consul kv delete [options] KEY_OR_PREFIX\n\n  Removes a key, or with -recurse all keys below a prefix.\n\n      $ consul kv delete -recurse config/old/',
  flags: {
    ...CLIENT_FLAGS,
    ...SERVER_FLAGS,
    ...TENANCY_FLAGS,
    'cas': {kind: 'bool', help: 'Remove only if the ModifyIndex of the key is that of -modify-index.'},
    'modify-index': {kind: 'uint', help: 'The ModifyIndex that -cas compares with.'},
    'recurse': {kind: 'bool', help: 'Remove all keys that begin with the prefix.'},
  },
  async run({flags, args, io}) {
    if (args.length > 1) throw new CommandFailure(`Too many arguments (expected 1, got ${args.length})`);
    const key = (args[0] ?? '').replace(/^\//, '');
    const index = flags['modify-index'];
    if (key === '' && !flags.recurse) throw new CommandFailure('Error! Missing KEY argument');
    if (!flags.cas && index !== 0n) throw new CommandFailure('Cannot specify -modify-index without -cas!');
    if (flags.cas && index === 0n) throw new CommandFailure('Cannot delete a key that does not exist. Provide a -modify-index greater than than 0.');
    if (flags.cas && flags.recurse) throw new CommandFailure('Cannot specify both -cas and -recurse!');
    const client = new ApiClient(flags, io);
    const query = flags.recurse ? {recurse: ''} : flags.cas ? {cas: String(index)} : {};
    const prefix = flags.recurse ? `Error! Did not delete prefix ${key}` : `Error! Did not delete key ${key}`;
    const answer = await orFail(flags.recurse || flags.cas ? prefix : `Error deleting key ${key}`, client.call('DELETE', `/v1/kv/${keyPath(key)}`, {query}));
    if (flags.cas && !answer.body.toString('utf8').includes('true')) throw new CommandFailure(`Error! Did not delete key ${key}: CAS failed`);
    printLine(io, flags.recurse ? `Success! Deleted keys with prefix: ${key}` : `Success! Deleted key: ${key}`);
    return 0;
  },
});
