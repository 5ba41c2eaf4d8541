import {agentFlags, agentFlagValues} from '../../config/agent-flags.ts';
import {ConfigError} from '../../config/config-error.ts';
import {parseLogLevel} from '../../config/build/build-config.ts';
import {loadConfig, type ConfigInputs} from '../../config/load-config.ts';
import {type KeySpec} from '../../config/keys/key-spec.ts';
import {CommandFailure, defineCommand} from '../command.ts';
import {type FlagKind, type FlagSpec} from '../go-flags.ts';

const KIND_OF: Partial<Record<KeySpec['type'], FlagKind>> = {bool: 'strictBool', int: 'atoi', strings: 'list', stringMap: 'colonPairs'};

function tableFlags(): Record<string, FlagSpec> {
  return Object.fromEntries(agentFlags().map((flag): [string, FlagSpec] => {
    const section = flag.name === 'datacenter' ? {section: 'http' as const} : {};
    return [flag.name, {kind: KIND_OF[flag.type] ?? 'value', help: flag.help, ...section}];
  }));
}

const OWN_FLAGS = {
  'config-file': {kind: 'list', help: 'File to read configuration from, HCL or JSON by its extension. Can be given several times.'},
  'config-dir': {kind: 'list', help: "Folder to read configuration from: every file that ends in '.hcl' or '.json', in order of their names. Can be given several times."},
  'config-format': {kind: 'string', help: "Read all configuration files in this format, whatever their extension. Must be 'hcl' or 'json'"},
  'hcl': {kind: 'list', help: 'A piece of configuration, as HCL. Can be given several times.'},
  'dev': {kind: 'strictBool', help: 'Start a server for development, which keeps everything in memory.'},
} as const satisfies Record<string, FlagSpec>;

/** `consul agent` (cli.md §4). Everything after the configuration is the agent's own. */
export const agentCommand = defineCommand({
  usage: `consul agent [options]

  Starts the agent, which runs until it is told to stop. An agent is one node
  of a cluster.`,
  flags: {...tableFlags(), ...OWN_FLAGS},
  async run({flags, given, args, words}) {
    const format = flags['config-format'];
    if (format !== '' && format !== 'hcl' && format !== 'json') throw new CommandFailure("==> -config-format must be either 'hcl' or 'json'");
    const inputs: ConfigInputs = {
      devMode: flags.dev,
      paths: pathsInOrder(words),
      format: format === '' ? undefined : format,
      fragments: flags.hcl,
      flagValues: agentFlagValues(flags, given),
    };
    if (args.length > 0) throw new CommandFailure(`==> Unexpected extra arguments: [${args.join(' ')}]`);
    let loaded;
    try {
      loaded = loadConfig(inputs);
    } catch (error) {
      if (error instanceof ConfigError) throw new CommandFailure(`==> ${error.message}`);
      throw error;
    }
    const {levelText} = loaded.config.log;
    if (parseLogLevel(levelText) === undefined) {
      throw new CommandFailure(`==> Invalid log level: ${levelText}. Valid log levels are: [TRACE DEBUG INFO WARN ERR ERROR]`);
    }
    const {runAgent} = await import('../../agent/run-agent.ts');
    return runAgent(loaded, () => loadConfig(inputs));
  },
});

/** -config-file and -config-dir fill one list, in the order of the command line. */
function pathsInOrder(occurrences: readonly (readonly [string, string])[]): readonly string[] {
  return occurrences.filter(([name]) => name === 'config-file' || name === 'config-dir').map(([, value]) => value);
}
