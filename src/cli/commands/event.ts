import {ApiClient, orFail, pathEscape} from '../api-client.ts';
import {CommandFailure, defineCommand, printLine} from '../command.ts';
import {CLIENT_FLAGS} from '../http-flags.ts';

/** `consul event` (cli.md §3.8). */
export const eventCommand = defineCommand({
  usage: 'consul event [options] [payload]\n\n  Sends an event with a name, and if you like a payload, to the members of a\n  datacenter.',
  flags: {
    ...CLIENT_FLAGS,
    'name': {kind: 'string', help: 'Name of the event.'},
    'node': {kind: 'string', help: 'Regular expression that the names of nodes must match.'},
    'service': {kind: 'string', help: 'Regular expression that one service of a node must match.'},
    'tag': {kind: 'string', help: 'Regular expression that one tag of that service must match. Needs -service.'},
  },
  async run({flags, args, io, help}) {
    const withHelp = (text: string): CommandFailure => new CommandFailure(`${text}\n\n${help().trimEnd()}`);
    if (flags.name === '') throw withHelp('Event name must be specified');
    if (args.length > 1) throw withHelp('Too many command line arguments.');
    for (const filter of ['node', 'service', 'tag'] as const) await checkExpression(filter, flags[filter]);
    if (flags.tag !== '' && flags.service === '') throw new CommandFailure('Cannot provide tag filter without service filter.');
    const client = new ApiClient(flags, io);
    // As Consul does: an agent that does not answer is told apart from an event that fails.
    await orFail('Error querying Consul agent', client.call('GET', '/v1/agent/self'));
    const query = {
      ...(flags.node === '' ? {} : {node: flags.node}),
      ...(flags.service === '' ? {} : {service: flags.service}),
      ...(flags.tag === '' ? {} : {tag: flags.tag}),
    };
    const payload = args[0] === undefined ? {} : {body: args[0]};
    const event = await orFail('Error firing event', client.json<{readonly ID: string}>('PUT', `/v1/event/fire/${pathEscape(flags.name)}`, {query, ...payload}));
    printLine(io, `Event ID: ${event.ID}`);
    return 0;
  },
});

/** The engine of expressions is loaded only when there is one. */
async function checkExpression(filter: string, expression: string): Promise<void> {
  if (expression === '') return;
  const {compileGoRegexp} = await import('../../schema/go-regexp.ts');
  const compiled = compileGoRegexp(expression);
  if ('error' in compiled) throw new CommandFailure(`Failed to compile ${filter} filter regexp: ${compiled.error}`);
}
