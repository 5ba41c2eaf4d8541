import {ApiClient, orFail} from '../../api-client.ts';
import {CommandFailure, defineCommand, printLine} from '../../command.ts';
import {CLIENT_FLAGS, SERVER_FLAGS, TENANCY_FLAGS} from '../../http-flags.ts';
import {registrationJson} from './registration.ts';
import {servicesOfFiles} from './service-files.ts';

/** `consul services register` (cli.md §3.4). */
export const servicesRegisterCommand = defineCommand({
  usage: `consul services register [options] [FILE...]

  Registers services with the local agent: those of definition files, or one
  that is described by options.

      $ consul services register web.hcl
      $ consul services register -name=web -port=8080`,
  flags: {
    ...CLIENT_FLAGS,
    ...SERVER_FLAGS,
    ...TENANCY_FLAGS,
    'address': {kind: 'string', help: 'Address of the service; without it that of the node.'},
    'id': {kind: 'string', help: 'ID of the service, its name by default.'},
    'kind': {kind: 'string', help: "Kind of the service, such as 'connect-proxy'."},
    'meta': {kind: 'pairs', help: 'A `key=value` pair to keep with the service. Can be given several times.'},
    'name': {kind: 'string', help: 'Name of the service.'},
    'port': {kind: 'int', help: 'Port of the service.'},
    'socket': {kind: 'string', help: 'Path of the unix socket of the service.'},
    'tag': {kind: 'list', help: 'A tag of the service. Can be given several times.'},
    'tagged-address': {kind: 'pairs', help: 'A `name=host:port` under which others may know the service. Can be given several times.'},
  },
  async run({flags, args, io}) {
    const described = flags.name !== '';
    if (args.length === 0 && !described) throw new CommandFailure('Service registration requires at least one argument or flags.');
    if (args.length > 0 && described) throw new CommandFailure('Service registration requires arguments or -id, not both.');
    const services = args.length > 0 ? servicesOfFiles(args).map(registrationJson) : [{
      ...(flags.kind === '' ? {} : {Kind: flags.kind}),
      ...(flags.id === '' ? {} : {ID: flags.id}),
      Name: flags.name,
      ...(flags.tag.length === 0 ? {} : {Tags: flags.tag}),
      ...(flags.port === 0 ? {} : {Port: flags.port}),
      ...(flags.address === '' ? {} : {Address: flags.address}),
      ...(flags.socket === '' ? {} : {SocketPath: flags.socket}),
      ...(Object.keys(flags['tagged-address']).length === 0 ? {} : {TaggedAddresses: taggedAddresses(flags['tagged-address'])}),
      ...(Object.keys(flags.meta).length === 0 ? {} : {Meta: flags.meta}),
    }];
    const client = new ApiClient(flags, io);
    for (const service of services) {
      const name = typeof service['Name'] === 'string' ? service['Name'] : '';
      await orFail(`Error registering service ${JSON.stringify(name)}`, client.call('PUT', '/v1/agent/service/register', {body: JSON.stringify(service)}));
      printLine(io, `Registered service: ${name}`);
    }
    return 0;
  },
});

function taggedAddresses(pairs: Readonly<Record<string, string>>): Record<string, {readonly Address: string; readonly Port: number}> {
  return Object.fromEntries(Object.entries(pairs).map(([tag, text]) => {
    const [, bracketed, plain, port] = /^(?:\[([^\]]*)\]|([^:]*)):([^:]*)$/.exec(text) ?? [];
    const refuse = (why: string): never => {
      throw new CommandFailure(`Invalid Tagged address: ${why}`);
    };
    if (port === undefined) return refuse(`address ${text}: ${text.split(':').length > 2 ? 'too many colons in address' : 'missing port in address'}`);
    if (!/^[+-]?\d+$/.test(port)) return refuse(`strconv.Atoi: parsing ${JSON.stringify(port)}: invalid syntax`);
    return [tag, {Address: bracketed ?? plain ?? '', Port: Number(port)}];
  }));
}
