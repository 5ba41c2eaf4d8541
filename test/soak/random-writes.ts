import {type Random} from '../../src/runtime/random.ts';

export interface Write {
  readonly method: 'PUT' | 'POST' | 'DELETE';
  readonly path: string;
  readonly body?: string;
  /** Of the service mesh, configuration entries, queries: our servers hold what these write and take none of it by HTTP. */
  readonly onlyReal?: boolean;
  /** Takes from the answer what later writes speak of. */
  readonly learn?: (answer: string) => void;
}

const names = ['a', 'b', 'c', 'Web', 'api', 'db'];
const nodes = ['n1', 'n2', 'N3', 'n4'];
const folders = ['x/', 'y/', 'x/z/'];
const idsMax = 6;

/** Writes of every domain to few names, so that they meet each other; some contradict others and are refused. */
export class RandomWrites {
  readonly #random: Random;
  readonly #sessions: string[] = [];
  readonly #queries: string[] = [];
  readonly #kinds: readonly (() => Write)[];

  constructor(random: Random) {
    this.#random = random;
    const onlyReal = [...this.#configEntries(), ...this.#mesh()].map((write) => () => ({...write(), onlyReal: true}));
    this.#kinds = [...this.#kv(), ...this.#sessionsAndLocks(), ...this.#catalog(), ...this.#transactions(), ...onlyReal];
  }

  /** @param withReal whether a real server runs */
  next(withReal: boolean): Write {
    const write = this.#pick(this.#kinds)();
    return withReal || write.onlyReal !== true ? write : this.next(withReal);
  }

  #kv(): readonly (() => Write)[] {
    const key = () => `/v1/kv/${this.#pick(folders)}${this.#below(20)}`;
    return [
      () => ({method: 'PUT', path: key(), body: 'v'.repeat(this.#below(300))}),
      () => ({method: 'DELETE', path: key()}),
      () => ({method: 'DELETE', path: `/v1/kv/${this.#pick(['x/z/', 'y/1', 'x/'])}?recurse`}),
      () => ({method: 'PUT', path: `/v1/kv/big/${this.#below(3)}`, body: 'z'.repeat(400_000)}),
    ];
  }

  #sessionsAndLocks(): readonly (() => Write)[] {
    const lock = (verb: string) => (): Write => ({method: 'PUT', path: `/v1/kv/lock/${this.#below(4)}?${verb}=${this.#known(this.#sessions)}`, body: verb});
    return [
      () => this.#making(this.#sessions, 'PUT', '/v1/session/create', {Node: this.#pick(nodes), NodeChecks: [], Behavior: this.#pick(['delete', 'release']), TTL: this.#pick(['', '10s', '30s'])}),
      lock('acquire'),
      lock('release'),
      () => ({method: 'PUT', path: `/v1/session/destroy/${this.#known(this.#sessions)}`}),
    ];
  }

  #catalog(): readonly (() => Write)[] {
    const register = (more: object): Write => put('/v1/catalog/register', {Node: this.#pick(nodes), Address: `10.0.0.${this.#below(5)}`, ...more});
    const deregister = (more: object): Write => put('/v1/catalog/deregister', {Node: this.#pick(nodes), ...more});
    return [
      () => register({
        NodeMeta: {a: this.#pick(names)}, Service: {ID: `s${this.#below(4)}`, Service: this.#pick(names), Port: this.#below(99), Tags: [this.#pick(names)]},
        Check: {CheckID: 'c', Name: 'c', Status: this.#pick(['passing', 'warning', 'critical'])},
      }),
      () => register({
        Service: {
          Kind: 'connect-proxy', ID: `p${this.#below(3)}`, Service: `${this.#pick(names)}-proxy`, Port: 2,
          Proxy: {DestinationServiceName: this.#pick(names), Upstreams: [{DestinationName: this.#pick(names), LocalBindPort: 1000}]},
        },
      }),
      () => register({Service: {Kind: this.#pick(['terminating-gateway', 'ingress-gateway', 'mesh-gateway']), ID: `g${this.#below(3)}`, Service: `gw${this.#below(2)}`, Port: 3}}),
      () => deregister({ServiceID: this.#pick(['s0', 's1', 'p0', 'p1', 'g0'])}),
      () => deregister({CheckID: 'c'}),
      () => (this.#below(4) === 0 ? deregister({}) : deregister({ServiceID: 's2'})),
    ];
  }

  #transactions(): readonly (() => Write)[] {
    const key = () => `t/${this.#below(5)}`;
    return [
      () => put('/v1/txn', [{KV: {Verb: 'set', Key: key(), Value: 'YQ=='}}, {KV: {Verb: this.#pick(['delete', 'delete-tree']), Key: key()}}]),
      () => put('/v1/txn', [
        {Node: {Verb: 'set', Node: {Node: this.#pick(nodes), Address: '10.0.0.7'}}},
        {Service: {Verb: 'set', Node: this.#pick(nodes), Service: {ID: 's1', Service: this.#pick(names), Port: 5}}},
      ]),
    ];
  }

  #configEntries(): readonly (() => Write)[] {
    const entry = (body: object): Write => put('/v1/config', body);
    return [
      () => entry({Kind: 'service-defaults', Name: this.#pick(names), Protocol: this.#pick(['tcp', 'http', 'grpc'])}),
      () => entry({Kind: 'service-resolver', Name: this.#pick(names), ConnectTimeout: `${1 + this.#below(9)}s`}),
      () => entry({Kind: 'terminating-gateway', Name: 'gw0', Services: [{Name: this.#pick([...names, '*'])}]}),
      () => entry({Kind: 'ingress-gateway', Name: 'gw1', Listeners: [{Port: 80, Protocol: 'tcp', Services: [{Name: this.#pick(names)}]}]}),
      () => ({method: 'DELETE', path: `/v1/config/${this.#pick(['service-defaults', 'service-resolver'])}/${this.#pick(names)}`}),
      () => ({method: 'DELETE', path: `/v1/config/${this.#pick(['terminating-gateway/gw0', 'ingress-gateway/gw1'])}`}),
    ];
  }

  #mesh(): readonly (() => Write)[] {
    const intention = () => `/v1/connect/intentions/exact?source=${this.#pick(names)}&destination=${this.#pick(names)}`;
    return [
      () => put(intention(), {Action: this.#pick(['allow', 'deny'])}),
      () => ({method: 'DELETE', path: intention()}),
      () => put('/v1/connect/ca/configuration', {Provider: 'consul', Config: {LeafCertTTL: `${70 + this.#below(3)}h`}}),
      () => this.#making(this.#queries, 'POST', '/v1/query', {Name: `q${this.#below(1e6)}`, Service: {Service: this.#pick(names)}}),
      () => ({method: 'DELETE', path: `/v1/query/${this.#known(this.#queries)}`}),
    ];
  }

  /** Makes something that gets an id of its own; of those, the oldest are forgotten. */
  #making(ids: string[], method: 'PUT' | 'POST', path: string, body: object): Write {
    const learn = (answer: string): void => {
      const {ID} = JSON.parse(answer) as {ID: string};
      ids.push(ID);
      if (ids.length > idsMax) ids.shift();
    };
    return {method, path, body: JSON.stringify(body), learn};
  }

  /** One of them; before there are any, one that there is not. */
  #known(ids: readonly string[]): string {
    return ids.length === 0 ? '00000000-0000-4000-8000-000000000000' : this.#pick(ids);
  }

  #pick<T>(choices: readonly T[]): T {
    return choices[this.#below(choices.length)] as T;
  }

  #below(count: number): number {
    return this.#random.below(count);
  }
}

function put(path: string, body: object): Write {
  return {method: 'PUT', path, body: JSON.stringify(body)};
}
