import {ConnectionPool} from '../../src/rpc/net/connection-pool.ts';
import {dialer} from '../../src/rpc/net/dial.ts';
import {type Clock} from '../../src/runtime/clock.ts';
import {seededRandom} from '../../src/runtime/random.ts';
import {ClusterRouter} from '../../src/server/cluster-router.ts';

/** The router of a server that leads alone: everything is answered in this process. */
export function loneLeaderRouter(clock: Clock): ClusterRouter {
  return new ClusterRouter({
    datacenter: 'dc1',
    address: '127.0.0.1:8300',
    leadership: {isLeader: true, hasHeardLeader: true, leaderAddress: '127.0.0.1:8300', verify: () => Promise.resolve()},
    directory: {servers: () => undefined},
    pool: new ConnectionPool({dial: dialer({clock}), clock}),
    times: {clientTimeoutMs: 60_000, holdTimeoutMs: 0, defaultQueryTimeMs: 300_000, maxQueryTimeMs: 600_000},
    clock,
    random: seededRandom(1),
  });
}
