import {type ServiceSpecificRequest} from './requests.ts';

/** Whether Consul answers a read of health from an event stream, and says so in its headers (rpc-raft.md §10, http-core.md §1.4). */
export function isStreamed(request: ServiceSpecificRequest): boolean {
  const {MinQueryIndex, UseCache, Ingress, Source, RequireConsistent, MergeCentralConfig, SamenessGroup} = request;
  if (MinQueryIndex === 0 && !UseCache) return false;
  return !Ingress && Source.Node === '' && !RequireConsistent && !MergeCentralConfig && SamenessGroup === '';
}
