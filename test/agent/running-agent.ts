import {type AddressInfo} from 'node:net';
import {onTestFinished} from 'vitest';
import {type Authorizer, type TokenResolver} from '../../src/acl/authorizer.ts';
import {allowAll, fixedResolver} from '../../src/acl/fixed-authorizers.ts';
import {Agent} from '../../src/agent/agent.ts';
import {AgentTls} from '../../src/agent/tls/agent-tls.ts';
import {AgentLog} from '../../src/agent/log/agent-log.ts';
import {type LoadedConfig, loadConfig} from '../../src/config/load-config.ts';
import {type ApiListener} from '../../src/http/api-listener.ts';
import {systemClock} from '../../src/runtime/system-clock.ts';
import {anyPorts} from './any-ports.ts';

export interface Reply {
  readonly status: number;
  readonly text: string;
  readonly headers: Headers;
}

export interface RunningAgent {
  readonly base: string;
  /** Port of the HTTPS listener, where there is one. */
  readonly httpsPort: number;
  /** What the next reload reads. */
  configText: string;
  /** As SIGHUP does. */
  readonly reload: () => Promise<void>;
  readonly call: (method: string, path: string, body?: unknown) => Promise<Reply>;
  readonly json: (path: string) => Promise<unknown>;
  readonly close: () => Promise<void>;
}

export interface RunningAgentOptions {
  /** HCL on top of what every test agent needs. */
  readonly config?: string;
  /** Undefined: nothing is kept. */
  readonly dataDir?: string;
  /** With a data folder: how long a request waits for a leader. */
  readonly holdTimeout?: string;
  readonly authorizer?: Authorizer;
  /** What each token may do, where that differs. */
  readonly resolver?: TokenResolver;
}

/** One server with its HTTP API on a port of the system's choice; it is closed when the test ends. */
export async function startAgent({config: text = '', dataDir, holdTimeout = '7s', authorizer = allowAll, resolver = fixedResolver(authorizer)}: RunningAgentOptions = {}): Promise<RunningAgent> {
  const common = dataDir === undefined ? '' : `server = true bootstrap = true data_dir = "${dataDir}" performance { raft_multiplier = 1 rpc_hold_timeout = "${holdTimeout}" }`;
  const load = (configText: string): LoadedConfig => {
    const loaded = loadConfig({
      devMode: dataDir === undefined,
      paths: [],
      format: undefined,
      fragments: [`node_name = "n1" bind_addr = "127.0.0.1" ports { dns = -1 } ${common}`, configText],
      flagValues: new Map(),
    });
    return {...loaded, config: anyPorts(loaded.config)};
  };
  const {config} = load(text);
  const running: {configText: string} = {configText: text};
  const agent = new Agent({
    config,
    loadConfig: () => load(running.configText),
    nodeId: '11111111-2222-3333-4444-555555555555',
    log: new AgentLog({level: 'error', json: false, outputs: [], clock: systemClock}),
    tls: new AgentTls(config),
    resolver,
    onFatal: (error) => {
      throw error;
    },
    onLeft: () => undefined,
  });
  let isOpen = true;
  const close = async (): Promise<void> => {
    if (isOpen) await agent.close();
    isOpen = false;
  };
  onTestFinished(close);
  const [api, https] = await agent.start();
  const portOf = (listener: ApiListener | undefined): number => (listener?.server.address() as AddressInfo | null)?.port ?? 0;
  const base = `http://127.0.0.1:${portOf(api)}`;
  const call = async (method: string, path: string, body?: unknown): Promise<Reply> => {
    const response = await fetch(base + path, {method, ...(body !== undefined && {body: JSON.stringify(body)})});
    return {status: response.status, text: await response.text(), headers: response.headers};
  };
  return Object.assign(running, {base, httpsPort: portOf(https), reload: () => agent.reload(), call, close, json: async (path: string) => JSON.parse((await call('GET', path)).text) as unknown});
}
