import {createHash} from 'node:crypto';
import {ConsulError} from '../../consul-error.ts';
import {type ApiRequest} from '../../http/api-request.ts';
import {waitOptions} from '../../http/query-options.ts';
import {type NodeService} from '../../catalog/schema.ts';
import {NANOS_PER_MILLISECOND} from '../../schema/go-duration.ts';
import {type AgentRouteOptions} from './agent-access.ts';
import {AgentService, shownService} from './agent-json.ts';

/**
 * One service with the hash of what is shown of it. A request that names the hash it has waits until there is another,
 * or its time is over (http-core.md §3.1).
 * @param demand refuses who may not see it
 * @throws ConsulError 404 when there is no such service, also when it goes while the request waits
 */
export async function serviceWithHash(options: AgentRouteOptions, request: ApiRequest, demand: (service: NodeService) => void): Promise<AgentService> {
  const {local, defaults} = options;
  const id = request.suffix;
  const known = request.query.get('hash');
  const wait = waitOptions(request);
  const deadlineMs = local.clock.nowMs() + local.waitMs(wait.MaxQueryTime / NANOS_PER_MILLISECOND);
  for (;;) {
    const entry = local.state.service(id);
    if (entry === undefined) throw new ConsulError(`unknown service ID: ${id}`, 404);
    demand(entry.service);
    const shown = shownService(entry.service, defaults.datacenter, '');
    const hash = hashOf(AgentService.toJson(shown));
    const leftMs = deadlineMs - local.clock.nowMs();
    if (known === '' || hash !== known || leftMs <= 0) return {...shown, ContentHash: hash};
    await local.serviceChanged(id, leftMs, request.signal);
  }
}

/** 64 bits in hex without leading zeros, as Consul's; clients only compare it. */
function hashOf(json: string): string {
  return createHash('sha256').update(json).digest().readBigUInt64BE().toString(16);
}
