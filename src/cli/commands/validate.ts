import {ConfigError} from '../../config/config-error.ts';
import {loadConfig} from '../../config/load-config.ts';
import {CommandFailure, defineCommand, printError, printLine} from '../command.ts';

/** `consul validate` (cli.md §3.14). */
export const validateCommand = defineCommand({
  usage: `consul validate [options] FILE_OR_DIRECTORY...

  Reads configuration files and folders as the agent would, and says what is
  wrong with them. Give all the files that the agent will get: a part of a
  configuration seldom stands on its own.

  Returns 0 when the configuration is valid, 1 when it is not.`,
  flags: {
    'config-format': {kind: 'string', help: "Read all files in this format, whatever their extension. Must be 'hcl' or 'json'"},
    'quiet': {kind: 'bool', help: 'Print nothing when all is well.'},
  },
  async run({flags, args, io}) {
    const format = flags['config-format'];
    if (format !== '' && format !== 'hcl' && format !== 'json') throw new CommandFailure("-config-format must be either 'hcl' or 'json");
    if (args.length === 0) throw new CommandFailure('Must specify at least one config file or directory');
    try {
      const {warnings} = loadConfig({devMode: false, paths: args, format: format === '' ? undefined : format, fragments: [], flagValues: new Map()});
      for (const warning of warnings) printError(io, warning);
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      throw new CommandFailure(`Config validation failed: ${error.message}`);
    }
    if (!flags.quiet) printLine(io, 'Configuration is valid!');
    return 0;
  },
});
