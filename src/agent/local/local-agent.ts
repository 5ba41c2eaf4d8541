import {isDeepStrictEqual} from 'node:util';
import {type ServiceDefinition} from '../../catalog/service-definition.ts';
import {type RuntimeConfig} from '../../config/runtime-config.ts';
import {type CheckStatus} from '../../health/check-result.ts';
import {CONSUL_VERSION} from '../../program-version.ts';
import {type Router} from '../../rpc/router.ts';
import {type Clock} from '../../runtime/clock.ts';
import {type WorkKeys} from '../../runtime/keyed-queue.ts';
import {type Logger} from '../../runtime/logger.ts';
import {type Random} from '../../runtime/random.ts';
import {waitFor} from '../../runtime/wait-for.ts';
import {type Membership} from '../../server/membership.ts';
import {AntiEntropyDriver} from './anti-entropy-driver.ts';
import {type CheckDefinition} from './check-definition.ts';
import {type CheckRunners} from './check-runners.ts';
import {CriticalReaper} from './critical-reaper.ts';
import {DefinitionFiles} from './definition-files.ts';
import {DefinitionLoader} from './definition-loader.ts';
import {LocalState} from './local-state.ts';
import {Maintenance} from './maintenance.ts';
import {type NodeInfo} from './node-info.ts';
import {Registrations} from './registrations.ts';
import {RunningChecks} from './running-checks.ts';
import {ServiceRegistrar} from './service-registrar.ts';

export interface LocalAgentOptions {
  readonly config: RuntimeConfig;
  readonly nodeId: string;
  readonly router: Router;
  readonly membership: Membership;
  /** Makes the runners of checks; alias checks look at the state. */
  readonly runners: (state: LocalState) => CheckRunners;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
}

/** What this agent is the authority of: its services and checks, their registration, and their way into the catalog. */
export class LocalAgent {
  readonly state: LocalState;
  readonly nodeName: string;
  readonly clock: Clock;
  readonly #random: Random;
  readonly #nodeId: string;
  #config: RuntimeConfig;
  readonly #checksRunning: RunningChecks;
  readonly #registrations: Registrations;
  readonly #registrar: ServiceRegistrar;
  readonly #loader: DefinitionLoader;
  readonly #maintenance: Maintenance;
  readonly #reaper: CriticalReaper;
  readonly #sync: AntiEntropyDriver;
  readonly #membership: Membership;
  #unsubscribe: (() => void) | undefined;

  constructor({config, nodeId, router, membership, runners, clock, random, logger}: LocalAgentOptions) {
    this.clock = clock;
    this.#random = random;
    this.#config = config;
    this.#nodeId = nodeId;
    this.#membership = membership;
    this.nodeName = config.node.name;
    const state = new LocalState({checkUpdateIntervalMs: config.checks.updateIntervalMs, discardCheckOutput: config.checks.discardOutput});
    this.state = state;
    const files = new DefinitionFiles(config.dataDir, logger);
    const {enableRemoteScripts: remote, enableLocalScripts: local} = config.checks;
    const {sidecarMin, sidecarMax, exposeMin, exposeMax} = config.network.ports;
    const checksRunning = new RunningChecks({state, runners: runners(state), exposePorts: [exposeMin, exposeMax], clock, random, logger});
    this.#checksRunning = checksRunning;
    const registrations = new Registrations({nodeName: this.nodeName, state, files, checksRunning, scripts: {remote, local}, clock, logger});
    this.#registrations = registrations;
    this.#registrar = new ServiceRegistrar({nodeName: this.nodeName, state, registrations, sidecarPorts: [sidecarMin, sidecarMax]});
    this.#loader = new DefinitionLoader({state, registrar: this.#registrar, registrations, files, clock, logger});
    this.#maintenance = new Maintenance(this.nodeName, state, registrations);
    this.#reaper = new CriticalReaper({state, registrations, checksRunning, clock, logger});
    this.#sync = new AntiEntropyDriver({
      state,
      node: nodeInfoOf(config, nodeId),
      tokens: {
        agent: () => this.#config.acl.tokens.agent || this.#config.acl.tokens.default,
        registration: ({source}) => (source === 'local' && this.#config.acl.tokens.configFileServiceRegistration) || this.#config.acl.tokens.default,
      },
      router,
      clock,
      random,
      logger,
    });
  }

  /** How many checks run. */
  get running(): RunningChecks['counts'] {
    return this.#checksRunning.counts;
  }

  /** The node's metadata, with what the agent adds of its own. */
  get nodeMeta(): ReadonlyMap<string, string> {
    return nodeInfoOf(this.#config, this.#nodeId).meta;
  }

  /** Loads what the configuration and the data_dir define, and begins to sync. @throws ConsulError for a bad definition */
  async start(): Promise<void> {
    await this.#loader.loadAtStart(this.#config);
    this.#sync.members(this.#membership.members().length);
    this.#unsubscribe = this.#membership.onEvent(({type, members}) => {
      this.#sync.members(this.#membership.members().length);
      if (type === 'member-join' && members.some(({tags}) => tags['role'] === 'consul')) this.#sync.hopeful();
    });
    this.#sync.start();
    this.#reaper.start();
  }

  /** A full sync is due soon: a server has appeared, or another one leads. */
  syncSoon(): void {
    this.#sync.hopeful();
  }

  /** Nothing is written into the catalog any more: a leader takes out what is in it of an agent that leaves. */
  holdBack(): void {
    this.#sync.pause();
  }

  /** Stops checks and syncing; what is registered stays in the catalog and in the data_dir. */
  async close(): Promise<void> {
    this.#unsubscribe?.();
    this.#reaper.stop();
    this.#sync.stop();
    await this.#registrations.exclusive(() => Promise.resolve(this.#checksRunning.close()));
  }

  /** Puts what of a new configuration is the local agent's into effect. @throws ConsulError when it cannot be; nothing has changed then */
  async reload(config: RuntimeConfig): Promise<void> {
    this.#sync.pause();
    try {
      await this.#loader.reload(config);
      const hasNewTokens = !isDeepStrictEqual(this.#config.acl.tokens, config.acl.tokens);
      this.#config = config;
      if (hasNewTokens) this.#sync.hopeful();
      this.state.setDiscardCheckOutput(config.checks.discardOutput);
      this.#sync.nodeChanged(nodeInfoOf(config, this.#nodeId));
    } finally {
      this.#sync.resume();
    }
  }

  /** Registers by the API. Resolves when the catalog has it, or cannot be reached now. @throws ConsulError with Consul's text */
  async registerService(definition: ServiceDefinition, token: string, replaceChecks: boolean): Promise<void> {
    // Services of their own are written to the disk together; what else they might touch is not known before.
    const keys = replaceChecks ? undefined : this.#registrar.keysOf(definition);
    await this.#synced(() => this.#registrar.addService(definition, {token, source: 'remote', persist: true}, replaceChecks), keys);
  }

  /** @throws ConsulError 404 when there is none */
  async deregisterService(id: string): Promise<void> {
    await this.#synced(() => this.#registrations.removeService(id));
  }

  /** @throws ConsulError with Consul's text */
  async registerCheck(definition: CheckDefinition, token: string): Promise<void> {
    await this.#synced(() => this.#registrar.addCheck(definition, {token, source: 'remote', persist: true}));
  }

  /** @throws ConsulError 404 when there is none */
  async deregisterCheck(id: string): Promise<void> {
    await this.#synced(() => this.#registrations.removeCheck(id));
  }

  /** @throws ConsulError 404 when there is no such check, 500 when it is no TTL check */
  async updateTtl(id: string, status: CheckStatus, output: string): Promise<void> {
    await this.#registrations.updateTtl(id, status, output);
    await this.#sync.tried();
  }

  async setNodeMaintenance(enabled: boolean, reason: string, token: string): Promise<void> {
    await this.#synced(() => this.#maintenance.setNode(enabled, reason, token));
  }

  /** @throws ConsulError 404 when there is no such service */
  async setServiceMaintenance(id: string, enabled: boolean, reason: string, token: string): Promise<void> {
    await this.#synced(() => this.#maintenance.setService(id, enabled, reason, token));
  }

  /** How long a request waits for news: as long as it asks, within the limits, and a little of chance on top. */
  waitMs(askedMs: number): number {
    const {defaultQueryTimeMs, maxQueryTimeMs} = this.#config.http;
    const waitMs = askedMs <= 0 ? defaultQueryTimeMs : Math.min(askedMs, maxQueryTimeMs);
    return waitMs + (this.#random.float() * waitMs) / 16;
  }

  /** Resolves when the service changed, the time is over, or the caller went away. */
  async serviceChanged(id: string, timeoutMs: number, signal: AbortSignal): Promise<void> {
    const changed = (listener: () => void): (() => void) =>
      this.state.onChange((change) => {
        if (change.kind === 'service' && change.id === id) listener();
      });
    await waitFor(changed, this.clock, timeoutMs, signal);
  }

  async #synced(work: () => Promise<void>, keys?: WorkKeys): Promise<void> {
    await this.#registrations.exclusive(work, keys);
    await this.#sync.tried();
  }
}

function nodeInfoOf({node, network, datacenter}: RuntimeConfig, id: string): NodeInfo {
  return {
    id,
    name: node.name,
    datacenter,
    address: network.advertiseLan,
    taggedAddresses: new Map(Object.entries(node.taggedAddresses)),
    meta: new Map([...Object.entries(node.meta), ['consul-network-segment', ''], ['consul-version', CONSUL_VERSION]]),
    locality: node.locality === null ? null : {Region: node.locality.region, Zone: node.locality.zone},
  };
}
