import {ConfigError} from '../../../config/config-error.ts';
import {readServices} from '../../../config/read-sources.ts';
import {type ServiceDefinition} from '../../../config/definition-types.ts';
import {CommandFailure} from '../../command.ts';

/** Services of definition files. @throws CommandFailure `Error: …` */
export function servicesOfFiles(paths: readonly string[]): readonly ServiceDefinition[] {
  try {
    return readServices(paths);
  } catch (error) {
    if (error instanceof ConfigError) throw new CommandFailure(`Error: ${error.message}`);
    throw error;
  }
}
