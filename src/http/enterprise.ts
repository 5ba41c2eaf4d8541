import {ConsulError} from '../consul-error.ts';
import {type ApiRequest} from './api-request.ts';

const namespaces = {parameter: 'ns', header: 'X-Consul-Namespace', field: 'x-consul-namespace', what: 'Namespaces are a Consul Enterprise feature'};
const partitions = {parameter: 'partition', header: 'X-Consul-Partition', field: 'x-consul-partition', what: 'Partitions are a Consul Enterprise feature'};

/** Refuses a namespace or partition, which the community edition has none of (http-core.md §1.8). @throws ConsulError 400 */
export function refuseEnterprise(request: ApiRequest): void {
  refuse(request, namespaces);
  refusePartition(request);
}

/** For the endpoints that look at the partition only. @throws ConsulError 400 */
export function refusePartition(request: ApiRequest): void {
  refuse(request, partitions);
}

function refuse(request: ApiRequest, {parameter, header, field, what}: typeof namespaces): void {
  if (request.query.get(parameter) !== '') throw new ConsulError(`Invalid query parameter: ${JSON.stringify(parameter)} - ${what}`, 400);
  if ((request.header(field) ?? '') !== '') throw new ConsulError(`Invalid header: ${JSON.stringify(header)} - ${what}`, 400);
}
