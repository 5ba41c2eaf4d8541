import {type CheckType} from '../../catalog/service-definition.ts';

export type CheckKind = 'grpc' | 'http' | 'ttl' | 'tcp' | 'udp' | 'alias' | 'docker' | 'script' | 'h2ping' | 'os_service';

const hasScript = ({ScriptArgs}: CheckType): boolean => (ScriptArgs?.length ?? 0) > 0;
const isAlias = ({AliasNode, AliasService}: CheckType): boolean => AliasNode !== '' || AliasService !== '';
const isPolled = ({HTTP, TCP, UDP, GRPC, H2PING, OSService, Interval}: CheckType): boolean =>
  Interval > 0 && [HTTP, TCP, UDP, GRPC, H2PING, OSService].some((target) => target !== '');

/** What the `Type` of a check says, in Consul's order of looking (agent-checks.md §1.2). undefined: nothing that could be run. */
export function kindOf(type: CheckType): CheckKind | undefined {
  const {Interval} = type;
  if (type.GRPC !== '' && Interval > 0) return 'grpc';
  if (type.HTTP !== '' && Interval > 0) return 'http';
  if (type.TTL > 0) return 'ttl';
  if (type.TCP !== '' && Interval > 0) return 'tcp';
  if (type.UDP !== '' && Interval > 0) return 'udp';
  if (isAlias(type)) return 'alias';
  if (type.DockerContainerID !== '' && hasScript(type) && Interval > 0) return 'docker';
  if (hasScript(type) && Interval > 0) return 'script';
  if (type.H2PING !== '' && Interval > 0) return 'h2ping';
  return type.OSService !== '' && Interval > 0 ? 'os_service' : undefined;
}

/** True for kinds that run programs, for which the operator must have asked (agent-checks.md §8). */
export function runsPrograms(kind: CheckKind): boolean {
  return kind === 'script' || kind === 'docker';
}

/** What is wrong with a check, in Consul's words and order, or undefined (agent-checks.md §1.2). */
export function checkTypeFault(type: CheckType): string | undefined {
  const isInterval = hasScript(type) || isPolled({...type, Interval: 1});
  if (type.Interval > 0 && type.TTL > 0) return 'Interval and TTL cannot both be specified';
  if (isInterval && !isAlias(type) && type.Interval <= 0) return 'Interval must be > 0 for Script, HTTP, H2PING, TCP, UDP or OSService checks';
  if (isInterval && isAlias(type)) return 'Interval cannot be set for Alias checks';
  if (isAlias(type) && type.TTL > 0) return 'TTL must be not be set for Alias checks';
  if (!isInterval && !isAlias(type) && type.TTL <= 0) return 'TTL must be > 0 for TTL checks';
  if (type.OutputMaxSize < 0) return 'MaxOutputMaxSize must be positive';
  return type.FailuresBeforeWarning > type.FailuresBeforeCritical ? "FailuresBeforeWarning can't be higher than FailuresBeforeCritical" : undefined;
}
