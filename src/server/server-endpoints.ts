import {catalogEndpoints} from '../catalog/catalog-endpoint.ts';
import {healthEndpoints} from '../catalog/health-endpoint.ts';
import {internalEndpoints} from '../catalog/internal-endpoint.ts';
import {type CoordinateBatches} from '../coordinate/coordinate-batches.ts';
import {coordinateEndpoints} from '../coordinate/endpoint.ts';
import {CoordinateSorter} from '../coordinate/coordinate-sorter.ts';
import {eventEndpoints} from '../event/endpoint.ts';
import {type Proposer} from '../fsm/proposer.ts';
import {kvEndpoints} from '../kv/endpoint.ts';
import {type Cluster} from '../operator/cluster.ts';
import {operatorEndpoints} from '../operator/endpoint.ts';
import {keyringEndpoints} from '../operator/keyring-endpoint.ts';
import {statusEndpoints} from '../operator/status-endpoint.ts';
import {usageEndpoints} from '../operator/usage-endpoint.ts';
import {type BlockingReader} from '../rpc/blocking-reader.ts';
import {type Endpoint} from '../rpc/endpoint.ts';
import {measuredEndpoints} from '../rpc/measured-endpoints.ts';
import {NANOS_PER_MILLISECOND} from '../schema/go-duration.ts';
import {sessionEndpoints} from '../session/endpoint.ts';
import {type KeptAnswers} from '../store/kept.ts';
import {type Store} from '../store/store.ts';
import {txnEndpoints} from '../txn/endpoint.ts';
import {type ClusterRouter} from './cluster-router.ts';
import {type LockDelays} from './lock-delays.ts';
import {type RaftLeadership} from './raft-leadership.ts';
import {type ServerOptions} from './server-options.ts';
import {type ServerStatus} from './server-status.ts';
import {type SessionTimers} from './session-timers.ts';

export interface ServerEndpointsOptions {
  readonly options: ServerOptions;
  readonly store: Store;
  readonly kept: KeptAnswers;
  readonly cluster: Cluster;
  readonly coordinates: CoordinateBatches;
  readonly router: ClusterRouter;
  readonly reader: BlockingReader;
  readonly proposer: Proposer;
  readonly status: ServerStatus;
  readonly leadership: RaftLeadership;
  readonly timers: SessionTimers;
  readonly delays: LockDelays;
}

/** Every method a server answers, whoever asks: HTTP, DNS or another agent. */
export function serverEndpoints({options, store, kept, cluster, coordinates, router, reader, proposer, status, leadership, timers, delays}: ServerEndpointsOptions): readonly Endpoint[] {
  const {datacenter, datacenters, resolver} = options;
  const common = {store, reader, kept, proposer, resolver, near: new CoordinateSorter(store, datacenter)};
  const isLockDelayed = (key: string): boolean => delays.isDelayed(key);
  const endpoints = [
    ...statusEndpoints(status),
    ...kvEndpoints({...common, isLockDelayed}),
    ...sessionEndpoints({...common, ttlMinNs: options.sessionTtlMinMs * NANOS_PER_MILLISECOND, renew: (session) => timers.renew(session)}),
    ...catalogEndpoints({...common, datacenters}),
    ...healthEndpoints(common),
    ...eventEndpoints({resolver, fire: options.fireEvent}),
    ...internalEndpoints(common),
    ...coordinateEndpoints({...common, batches: coordinates, datacenters: options.datacenterMaps}),
    ...operatorEndpoints({...common, cluster}),
    ...usageEndpoints({...common, datacenter, datacenters, router, logger: options.logger}),
    ...keyringEndpoints({datacenter, resolver, lan: options.lanKeys, wan: options.wanKeys, datacenters, router}),
    ...txnEndpoints({...common, leadership, isLockDelayed}),
  ];
  return measuredEndpoints(endpoints, options.metrics);
}
