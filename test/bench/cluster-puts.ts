import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {SoakCluster, type SoakServer} from '../soak/soak-cluster.ts';
import {type Figure, loadFigures, putScript} from './cases.ts';
import {loadHttp} from './load-tools.ts';

const TOGETHER_WITHIN_MS = 60_000;
const API_PORT = 8500;
/** Both programs are faster after some thousand writes; what is asked is how fast they are then. */
const WARM_UP_SECONDS = 2;
const MANY_WRITERS = 64;

/** Durable puts a second through three servers on this machine, asked at the leader and at a follower, by 64 writers and by one. */
export async function clusterPutFigures(program: string, seconds: number): Promise<Figure[]> {
  const folder = mkdtempSync(join(tmpdir(), 'cluster-puts-'));
  const cluster = new SoakCluster({program, folder, config: 'limits { http_max_conns_per_client = 1000 }'});
  try {
    cluster.start();
    const leader = await cluster.settled(TOGETHER_WITHIN_MS);
    const follower = cluster.servers.find((server) => server !== leader);
    if (follower === undefined) throw new Error('there is no follower');
    const put = (server: SoakServer, connections: number, forSeconds: number): ReturnType<typeof loadHttp> => loadHttp({
      pid: server.pid, otherPids: cluster.servers.filter((other) => other !== server).map(({pid}) => pid),
      host: server.host, httpPort: API_PORT, dnsPort: 0, directory: folder, seconds: forSeconds,
    }, {path: '', connections, script: putScript});
    await put(leader, MANY_WRITERS, WARM_UP_SECONDS);
    await put(follower, MANY_WRITERS, WARM_UP_SECONDS);
    const figures: Figure[] = [];
    for (const connections of [MANY_WRITERS, 1]) {
      for (const [place, server] of [['leader', leader], ['follower', follower]] as const) {
        figures.push(...loadFigures(`cluster_put_${connections} ${place}`, await put(server, connections, seconds)));
      }
    }
    return figures;
  } finally {
    await cluster.stop();
    rmSync(folder, {recursive: true, force: true});
  }
}
