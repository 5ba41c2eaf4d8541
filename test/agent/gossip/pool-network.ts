import {type Duplex, duplexPair} from 'node:stream';
import {AgentPools} from '../../../src/agent/gossip/agent-pools.ts';
import {loadConfig} from '../../../src/config/load-config.ts';
import {type Endpoint, addressBytes, endpointText} from '../../../src/gossip/endpoint.ts';
import {type GossipTransport, type TransportReceiver} from '../../../src/gossip/gossip-transport.ts';
import {type Logger, silentLogger} from '../../../src/runtime/logger.ts';
import {SimulatedClock} from '../../../src/runtime/simulated-clock.ts';

/** Small enough that no member takes its own loop for blocked. */
const stepMs = 50;

/** The pools of several agents on one network and one clock of the test's. */
export class PoolNetwork {
  readonly clock = new SimulatedClock();
  readonly #receivers = new Map<string, TransportReceiver>();
  readonly #opened: AgentPools[] = [];

  /** The pools of an agent with this configuration (HCL), which look for others at once. */
  async start(nodeName: string, address: string, config: string): Promise<StartedPools> {
    const loaded = loadConfig({devMode: false, paths: [], format: undefined, flagValues: new Map(),
      fragments: [`node_name = "${nodeName}" bind_addr = "${address}" disable_keyring_file = true`, config]});
    const log: string[] = [];
    const fatal: string[] = [];
    const note = (message: string): void => void log.push(message);
    const logger: Logger = {...silentLogger, info: note, warn: note, error: note, named: () => logger};
    const pools = new AgentPools({
      config: loaded.config, nodeId: `${nodeName}-id`, clock: this.clock, logger, agentLogger: logger,
      resolver: {resolve: (host) => Promise.reject(new Error(`no such host ${host}`))},
      onFatal: (error) => void fatal.push(error instanceof Error ? error.message : String(error)),
      openTransport: (host, port, receiver) => Promise.resolve(this.#open(host, port, receiver)),
    });
    this.#opened.push(pools);
    await pools.open();
    pools.startJoining();
    return {pools, log, fatal};
  }

  /** Lets so much time pass; the pools' own I/O happens meanwhile. */
  async run(ms: number): Promise<void> {
    for (let passed = 0; passed < ms; passed += stepMs) await this.#pass();
  }

  /** Runs until it holds. @returns how long that took, in ms @throws Error when it does not hold in that time */
  async until(holds: () => boolean, withinMs = 600_000): Promise<number> {
    const sinceMs = this.clock.nowMs();
    while (!holds()) {
      if (this.clock.nowMs() - sinceMs > withinMs) throw new Error(`it does not hold after ${withinMs} ms: ${String(holds)}`);
      await this.#pass();
    }
    return this.clock.nowMs() - sinceMs;
  }

  /** Runs until it is done. */
  async finish<T>(work: Promise<T>): Promise<T> {
    let isDone = false;
    const settled = work.finally(() => (isDone = true));
    settled.catch(() => undefined);
    while (!isDone) await this.#pass();
    return settled;
  }

  async close(): Promise<void> {
    await this.finish(Promise.all(this.#opened.splice(0).map((pools) => pools.close())));
  }

  async #pass(): Promise<void> {
    this.clock.advance(stepMs);
    for (let turn = 0; turn < 3; turn++) await new Promise(setImmediate);
  }

  #open(host: string, port: number, receiver: TransportReceiver): GossipTransport {
    const local: Endpoint = {addr: addressBytes(host) ?? '', port};
    const own = endpointText(local);
    if (this.#receivers.has(own)) throw new Error(`${own} is taken`);
    this.#receivers.set(own, receiver);
    return {
      local,
      send: (to, bytes) => void setImmediate(() => this.#receivers.get(endpointText(to))?.datagram(bytes, local)),
      dial: (to) => {
        const peer = this.#receivers.get(endpointText(to));
        if (peer === undefined) return Promise.reject(new Error(`dial tcp ${endpointText(to)}: connect: connection refused`));
        const [theirs, ours]: [Duplex, Duplex] = duplexPair();
        peer.stream(theirs, local);
        return Promise.resolve(ours);
      },
      poll: (done) => void setImmediate(done),
      close: () => {
        this.#receivers.delete(own);
        return Promise.resolve();
      },
    };
  }
}

export interface StartedPools {
  readonly pools: AgentPools;
  readonly log: readonly string[];
  /** Why the agent was to end. */
  readonly fatal: readonly string[];
}

/** Names of members by status, as `observer` knows them. */
export function statuses({pools}: StartedPools, pool: 'lan' | 'wan' = 'lan'): Readonly<Record<string, string>> {
  return Object.fromEntries((pools[pool]?.members() ?? []).map(({name, status}) => [name, status]));
}
