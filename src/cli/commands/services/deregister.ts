import {ApiClient, orFail, pathEscape} from '../../api-client.ts';
import {CommandFailure, defineCommand, printLine} from '../../command.ts';
import {CLIENT_FLAGS, SERVER_FLAGS, TENANCY_FLAGS} from '../../http-flags.ts';
import {servicesOfFiles} from './service-files.ts';

/** `consul services deregister` (cli.md §3.4). */
export const servicesDeregisterCommand = defineCommand({
  usage: 'consul services deregister [options] [FILE...]\n\n  Removes services from the local agent: those of definition files, or one by\n  its ID.\n\n      $ consul services deregister -id=web',
  flags: {...CLIENT_FLAGS, ...SERVER_FLAGS, ...TENANCY_FLAGS, 'id': {kind: 'string', help: 'ID of the service.'}},
  async run({flags, args, io}) {
    if (args.length === 0 && flags.id === '') throw new CommandFailure('Service deregistration requires at least one argument or -id.');
    if (args.length > 0 && flags.id !== '') throw new CommandFailure('Service deregistration requires arguments or -id, not both.');
    const targets = args.length > 0 ? servicesOfFiles(args).map(({id, name}) => ({id: id === '' ? name : id, name})) : [{id: flags.id, name: ''}];
    const client = new ApiClient(flags, io);
    for (const {id, name} of targets) {
      await orFail(`Error deregistering service ${JSON.stringify(name)}`, client.call('PUT', `/v1/agent/service/deregister/${pathEscape(id)}`));
      printLine(io, `Deregistered service: ${id}`);
    }
    return 0;
  },
});
