import {ConsulError, multiErrorText} from '../consul-error.ts';
import {
  badNodeId,
  imported,
  invalidServiceAddress,
  mustProvideAddress,
  mustProvideNode,
  mustProvideServiceName,
} from './errors.ts';
import {type HealthCheck, type HealthCheckDefinition, type NodeService, type RegisterRequest} from './schema.ts';
import {serviceProblems} from './service-problems.ts';

const anyAddresses = ['0.0.0.0', '::', '[::]'];

/**
 * A registration as it goes into the log: ids filled in from names, checks in one list, types told from definitions
 * (rpc-raft.md §9).
 * @throws ConsulError what is wrong with it
 */
export function completeRegistration(request: RegisterRequest): RegisterRequest {
  const given = [...(request.Checks ?? []), ...(request.Check === null ? [] : [request.Check])];
  // What a cluster peer exports is written by whoever speaks with it.
  if ([request, request.Service, ...given].some((part) => part !== null && part.PeerName !== '')) throw imported();
  if (request.Node === '') throw mustProvideNode();
  if (request.Address === '' && !request.SkipNodeUpdate) throw mustProvideAddress();
  if (request.ID !== '') demandUuid(request.ID);
  const Service = request.Service === null ? null : completeService(request.Service);
  const Checks = given.map((check) => completeCheck(check, request.Node));
  return {...request, Service, Check: null, Checks: Checks.length === 0 ? null : Checks};
}

/** @throws ConsulError unless the id is a UUID */
export function demandUuid(id: string): void {
  if (id.length !== 36) throw badNodeId('uuid string is wrong length');
  if (!/^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i.test(id)) throw badNodeId('uuid is improperly formatted');
}

/** An instance with its id filled in from its name, if it is one that may be registered. @throws ConsulError */
export function completeService(service: NodeService): NodeService {
  if (service.Service === '') throw mustProvideServiceName(service.ID !== '');
  if (anyAddresses.includes(service.Address)) throw invalidServiceAddress();
  const problems = serviceProblems(service);
  if (problems.length > 0) throw new ConsulError(multiErrorText(problems));
  return {...service, ID: service.ID || service.Service, Weights: service.Weights ?? {Passing: 1, Warning: 1}};
}

function completeCheck(check: HealthCheck, node: string): HealthCheck {
  return {
    ...check,
    Node: check.Node || node,
    CheckID: check.CheckID || check.Name,
    Type: check.Type || typeOfDefinition(check.Definition),
  };
}

/** In Consul's order of preference (http-core.md §8.2). */
function typeOfDefinition(definition: HealthCheckDefinition): string {
  const {GRPC, HTTP, TTL, TCP, UDP, AliasNode, AliasService, DockerContainerID, ScriptArgs, H2PING, OSService, Interval} = definition;
  if (GRPC !== '') return 'grpc';
  if (HTTP !== '') return 'http';
  if (TTL > 0) return 'ttl';
  if (TCP !== '') return 'tcp';
  if (UDP !== '') return 'udp';
  if (AliasNode !== '' || AliasService !== '') return 'alias';
  const isScript = ScriptArgs !== null && ScriptArgs.length > 0;
  if (isScript && DockerContainerID !== '' && Interval > 0) return 'docker';
  if (isScript && Interval > 0) return 'script';
  if (H2PING !== '') return 'h2ping';
  return OSService === '' ? '' : 'os_service';
}
