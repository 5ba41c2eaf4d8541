import {type TokenResolver} from '../acl/authorizer.ts';
import {type DatacenterMap} from '../coordinate/schema.ts';
import {type KeyManager} from '../gossip/key-manager.ts';
import {type AutopilotConfig} from '../operator/schema.ts';
import {type RaftConfig} from '../raft/raft-config.ts';
import {type CallTimes} from '../rpc/call-times.ts';
import {type RequestLimits} from '../rpc/request-limiter.ts';
import {type Clock} from '../runtime/clock.ts';
import {type Logger} from '../runtime/logger.ts';
import {type MetricSink} from '../runtime/metrics.ts';
import {type Random} from '../runtime/random.ts';
import {type ByteString} from '../wire/byte-string.ts';
import {type Membership} from './membership.ts';
import {type ServerPortOptions} from './server-port.ts';

/** What a server is made of, and of whom it hears. */
export interface ServerOptions {
  readonly datacenter: string;
  readonly nodeId: string;
  /** ip:port of the server's RPC and Raft. */
  readonly address: string;
  /** Where Raft keeps its log and snapshots. */
  readonly raftDir: string;
  /** The log is kept in memory: `-dev`. */
  readonly inMemory: boolean;
  /** May make a cluster of its own when there is none. */
  readonly bootstrap: boolean;
  /** The data directory was a server's before this start, by other traces than its Raft folder. */
  readonly wasServer: boolean;
  readonly raft: RaftConfig;
  /** The pool of this datacenter's agents. */
  readonly membership: Membership;
  readonly sessionTtlMinMs: number;
  /** All known datacenters, the nearest first; and where their servers are. */
  readonly datacenters: () => readonly string[];
  readonly datacenterMaps: () => readonly DatacenterMap[];
  /** How coordinates are gathered before they are written. */
  readonly coordinates: {readonly periodMs: number; readonly batchSize: number; readonly batchesMax: number};
  /** What the configuration file says of autopilot. */
  readonly autopilot: Partial<AutopilotConfig>;
  readonly nodeName: string;
  /** Fires a Serf user event in the LAN pool. */
  readonly fireEvent: (name: string, payload: ByteString) => Promise<void>;
  /** The encryption keys of the pools, once these are open; undefined where there is no WAN pool. */
  readonly lanKeys: () => KeyManager;
  readonly wanKeys: () => KeyManager | undefined;
  /** Declares a failed member of the pool gone. */
  readonly forceLeave: (name: string) => Promise<void>;
  /** How many requests this server takes. */
  readonly requestLimits: RequestLimits;
  /** How long calls to other servers and blocking queries take. */
  readonly times: CallTimes;
  /** `rpc.enable_streaming`: agents may subscribe to health. */
  readonly streaming: boolean;
  /** Where port 8300 listens, and what it bears. */
  readonly port: Pick<ServerPortOptions, 'host' | 'port' | 'handshakeTimeoutMs' | 'connectionsPerClientMax' | 'tls'>;
  /** How many servers make a cluster together; 0 and 1: this one alone, if it bootstraps. */
  readonly bootstrapExpect: number;
  /** The servers of all datacenters; undefined without a WAN pool. */
  readonly wan: Membership | undefined;
  readonly resolver: TokenResolver;
  readonly metrics: MetricSink;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  /** Raft cannot go on: the process must end. */
  readonly onFatal: (error: unknown) => void;
}
