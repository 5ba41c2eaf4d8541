import {ConsulError} from '../../consul-error.ts';

export const unknownServiceId = (id: string): ConsulError =>
  new ConsulError(`Unknown service ID ${JSON.stringify(id)}. Ensure that the service ID is passed, not the service name.`, 404);
export const unknownCheckId = (id: string): ConsulError =>
  new ConsulError(`Unknown check ID ${JSON.stringify(id)}. Ensure that the check ID is passed, not the check name.`, 404);
export const noSuchService = (id: string): ConsulError => new ConsulError(`ServiceID ${JSON.stringify(id)} does not exist`, 404);
export const notTtl = (id: string): ConsulError => new ConsulError(`CheckID ${JSON.stringify(id)} does not have associated TTL`);
export const badCheckType = (): ConsulError => new ConsulError('Check type is not valid');
export const remoteScriptsDisabled = (): ConsulError =>
  new ConsulError("Scripts are disabled on this agent from remote calls; to enable, configure 'enable_script_checks' to true");
export const localScriptsDisabled = (): ConsulError =>
  new ConsulError("Scripts are disabled on this agent; to enable, configure 'enable_script_checks' or 'enable_local_script_checks' to true");

/** Go's form of several errors at once (http-core.md §1.5). */
export function multiError(problems: readonly string[]): string {
  const count = problems.length === 1 ? '1 error occurred:' : `${problems.length} errors occurred:`;
  return `${count}\n${problems.map((problem) => `\t* ${problem}\n`).join('')}\n`;
}
