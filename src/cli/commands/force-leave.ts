import {ApiClient, keyPath, orFail} from '../api-client.ts';
import {CommandFailure, defineCommand} from '../command.ts';
import {CLIENT_FLAGS, PARTITION_FLAG} from '../http-flags.ts';

/** `consul force-leave` (cli.md §3.9). */
export const forceLeaveCommand = defineCommand({
  usage: `consul force-leave [options] name

  Declares a failed member to have left. A member that is alive will join again.
  Use -prune to forget it at once.`,
  flags: {
    ...CLIENT_FLAGS,
    ...PARTITION_FLAG,
    'prune': {kind: 'bool', help: 'Take the member out of the list altogether.'},
    'wan': {kind: 'bool', help: 'Do so in the pool of all datacenters.'},
  },
  async run({flags, args, io, help}) {
    const [name] = args;
    if (name === undefined || args.length !== 1) throw new CommandFailure(`A single node name must be specified to force leave.\n\n${help().trimEnd()}`);
    const query = {...(flags.prune ? {prune: '1'} : {}), ...(flags.wan ? {wan: '1'} : {})};
    await orFail('Error force leaving', new ApiClient(flags, io).call('PUT', `/v1/agent/force-leave/${keyPath(name)}`, {query}));
    return 0;
  },
});
