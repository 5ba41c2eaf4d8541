import {ApiClient, ApiError} from '../api-client.ts';
import {CommandFailure, defineCommand, printLine} from '../command.ts';
import {CLIENT_FLAGS} from '../http-flags.ts';

interface KeyringAnswer {
  readonly WAN: boolean;
  readonly Datacenter: string;
  readonly Segment: string;
  readonly Partition?: string;
  readonly Keys: Readonly<Record<string, number>> | null;
  readonly PrimaryKeys: Readonly<Record<string, number>> | null;
  readonly NumNodes: number;
}

const MAX_RELAY_FACTOR = 5;
const PATH = '/v1/operator/keyring';

/** `consul keyring` (cli.md §3.7). */
export const keyringCommand = defineCommand({
  usage: `consul keyring [options]

  Manages the keys that encrypt gossip: lists them, adds one, makes one the key
  that is used, removes one. One of them at a time. It works on all members.`,
  flags: {
    ...CLIENT_FLAGS,
    'install': {kind: 'string', help: 'Give all members this key, without using it yet.'},
    'list': {kind: 'bool', help: 'List the keys.'},
    'list-primary': {kind: 'bool', help: 'List the keys that are in use.'},
    'local-only': {kind: 'bool', help: 'Ask only the servers of this datacenter, not over the WAN. For -list only.'},
    'relay-factor': {kind: 'int', help: 'Number of members that relay each answer, 0 to 5.'},
    'remove': {kind: 'string', help: 'Take this key away. It must not be in use.'},
    'use': {kind: 'string', help: 'Use this key, which all members must have.'},
  },
  async run({flags, io, help}) {
    const actions = [flags.install, flags.remove, flags.use].filter((key) => key !== '').length + Number(flags.list) + Number(flags['list-primary']);
    if (actions === 0) throw new CommandFailure(help().trimEnd());
    if (actions > 1) throw new CommandFailure('Only a single action is allowed');
    const factor = flags['relay-factor'];
    if (factor < 0 || factor > MAX_RELAY_FACTOR) throw new CommandFailure(`Error parsing relay factor: Relay factor must be in range: [0, ${MAX_RELAY_FACTOR}]`);
    const lists = flags.list || flags['list-primary'];
    if (flags['local-only'] && !lists) throw new CommandFailure('Error validating local-only: local-only can only be set for list requests');
    const client = new ApiClient(flags, io);
    const query = {...(factor === 0 ? {} : {'relay-factor': String(factor)}), ...(flags['local-only'] ? {'local-only': 'true'} : {})};
    if (lists) {
      printLine(io, `==> Gathering installed ${flags.list ? '' : 'primary '}encryption keys...`);
      const answers = await keyringCall(client.json<readonly KeyringAnswer[]>('GET', PATH, {query}));
      io.stdout(keyringText(answers, flags.list ? (answer) => answer.Keys : (answer) => answer.PrimaryKeys));
      return 0;
    }
    const [headline, method, key] = flags.install !== '' ? ['Installing new gossip encryption key...', 'POST', flags.install] as const
      : flags.use !== '' ? ['Changing primary gossip encryption key...', 'PUT', flags.use] as const
        : ['Removing gossip encryption key...', 'DELETE', flags.remove] as const;
    printLine(io, `==> ${headline}`);
    await keyringCall(client.call(method, PATH, {query, body: JSON.stringify({Key: key})}));
    return 0;
  },
});

async function keyringCall<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof ApiError) throw new CommandFailure(`error: ${error.message}`);
    throw error;
  }
}

function keyringText(answers: readonly KeyringAnswer[], keysOf: (answer: KeyringAnswer) => KeyringAnswer['Keys']): string {
  const blocks = answers.map((answer) => {
    const segment = answer.Segment === '' ? '' : ` [${answer.Segment}]`;
    const pool = answer.WAN ? 'WAN' : `${answer.Datacenter} (LAN)${segment}`;
    const keys = Object.entries(keysOf(answer) ?? {}).sort(([a], [b]) => (a < b ? -1 : 1));
    return `\n${pool}:\n${keys.map(([key, nodes]) => `  ${key} [${nodes}/${answer.NumNodes}]\n`).join('')}`;
  });
  return blocks.join('');
}
