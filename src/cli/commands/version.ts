import {CommandFailure, defineCommand, printLine} from '../command.ts';
import {CONSUL_VERSION, PROTOCOL_VERSION_DEFAULT, PROTOCOL_VERSION_MAX, PROTOCOL_VERSION_MIN, proconsulVersion} from '../../program-version.ts';

/** What a build without a date of its own shows, as Consul does. */
const BUILD_DATE = '1970-01-01T00:00:01Z';

/** `consul version` (cli.md §3.14). */
export const versionCommand = defineCommand({
  usage: 'consul version [options]',
  flags: {format: {kind: 'string', default: 'pretty', help: 'Output format {pretty|json}'}},
  async run({flags, io}) {
    if (flags.format === 'json') {
      const version = {
        Version: CONSUL_VERSION,
        Revision: '',
        Prerelease: '',
        BuildDate: BUILD_DATE,
        RPC: {Default: PROTOCOL_VERSION_DEFAULT, Min: PROTOCOL_VERSION_MIN, Max: PROTOCOL_VERSION_MAX},
      };
      printLine(io, JSON.stringify(version, null, 3));
      return 0;
    }
    if (flags.format !== 'pretty') throw new CommandFailure(`Unknown format: ${flags.format}`);
    printLine(io, `Consul v${CONSUL_VERSION} (Proconsul ${proconsulVersion()})`);
    printLine(io, `Build Date ${BUILD_DATE}`);
    printLine(io, `Protocol ${PROTOCOL_VERSION_DEFAULT} spoken by default, understands ${PROTOCOL_VERSION_MIN} to ${PROTOCOL_VERSION_MAX} (agent will automatically use protocol >2 when speaking to compatible agents)`);
    printLine(io, '');
    return 0;
  },
});
