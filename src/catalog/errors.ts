import {ConsulError} from '../consul-error.ts';
import {type Node} from './schema.ts';

export const mustProvideNode = (): ConsulError => new ConsulError('Must provide node');
export const badNodeId = (why: string): ConsulError => new ConsulError(`Bad node ID: ${why}`);
export const mustProvideAddress = (): ConsulError => new ConsulError('Must provide address if SkipNodeUpdate is not set');
export const mustProvideServiceName = (withId: boolean): ConsulError =>
  new ConsulError(`Must provide service name (Service.Service)${withId ? ' when service ID is provided' : ''}`);
/** Of a question, not of a registration. */
export const mustNameService = (): ConsulError => new ConsulError('Must provide service name');
export const invalidServiceAddress = (): ConsulError => new ConsulError('Invalid service address');
export const imported = (): ConsulError => new ConsulError('cannot register requests with PeerName in them');
export const checkOfOtherNode = (checkNode: string, check: string, node: string): ConsulError =>
  new ConsulError(`Node '${checkNode}' for check '${check}' doesn't match register request node '${node}'`);
export const checkOfUnknownService = (serviceId: string, check: string): ConsulError =>
  new ConsulError(`Unknown service ID '${serviceId}' for check ID '${check}'`);
export const unknownService = (serviceId: string): ConsulError => new ConsulError(`Unknown service ID '${serviceId}'`);
export const unknownCheck = (checkId: string): ConsulError => new ConsulError(`Unknown check ID '${checkId}'`);

export const missingNode = (): ConsulError => new ConsulError('Missing node registration');
export const missingService = (): ConsulError => new ConsulError('Missing service registration');
/** What a lookup in a table says of a check that has neither id nor name. */
export const nameless = (): ConsulError => new ConsulError('failed health check lookup: index error: object is missing a value for this index');

export const insertingNode = (why: ConsulError): ConsulError => new ConsulError(`failed inserting node: ${why.message}`);
export const insertingService = (why: ConsulError): ConsulError => new ConsulError(`failed inserting service: ${why.message}`);
export const insertingCheck = (node: string, why: ConsulError): ConsulError =>
  new ConsulError(`failed inserting check on node ${JSON.stringify(node)}: ${why.message}`);

export const nameReserved = (name: string, owner: Node): string =>
  `Node name ${name} is reserved by node ${owner.ID} with name ${owner.Node} (${owner.Address})`;
/** Consul tells the address only of a node that it knows under another name. */
export const nodeRefused = (node: Node, isRename: boolean, why: string): ConsulError =>
  new ConsulError(`Error while renaming Node ID: ${JSON.stringify(node.ID)}${isRename ? ` (${node.Address})` : ''}: ${why}`);

export const missingName = (what: string): ConsulError => new ConsulError(`Missing ${what}`, 400);

/** A refusal that does not say what was missing. */
export const bareDenial = (): ConsulError => new ConsulError('Permission denied', 403);
