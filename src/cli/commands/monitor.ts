import {ApiClient, orFail} from '../api-client.ts';
import {CommandFailure, defineCommand} from '../command.ts';
import {CLIENT_FLAGS} from '../http-flags.ts';

/** `consul monitor` (cli.md §3.9). */
export const monitorCommand = defineCommand({
  usage: `consul monitor [options]

  Shows the log of an agent as it is written, until it is interrupted. The level
  may be lower than the one that the agent itself logs with, so that a running
  agent can be looked into without a restart.

    $ consul monitor -log-level=debug`,
  flags: {
    ...CLIENT_FLAGS,
    'log-json': {kind: 'bool', help: 'Lines as JSON objects.'},
    'log-level': {kind: 'string', default: 'INFO', help: 'The lowest level that is shown: trace, debug, info, warn or error.'},
  },
  async run({flags, io}) {
    const interruption = io.interruption?.();
    const prefix = flags['log-json'] ? 'Error starting JSON monitor' : 'Error starting monitor';
    const query = {loglevel: flags['log-level'], ...(flags['log-json'] && {logjson: 'true'})};
    const request = {query, ...(interruption !== undefined && {signal: interruption})};
    try {
      const lines = await orFail(prefix, new ApiClient(flags, io).stream('GET', '/v1/agent/monitor', request));
      for await (const chunk of lines) io.stdout(chunk as Buffer);
    } catch (error) {
      if (interruption?.aborted === true) return 0;
      // Any other error is an end in the middle of the log, which is told below.
      if (error instanceof CommandFailure) throw error;
    }
    if (interruption?.aborted === true) return 0;
    throw new CommandFailure('\nRemote side ended the monitor! This usually means that the\nremote side has exited or crashed.');
  },
});
