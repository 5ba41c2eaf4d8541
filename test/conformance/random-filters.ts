import {type Random, seededRandom} from '../../src/runtime/random.ts';
import {put, type Scenario, type Step} from './scenario.ts';
import {filtered, filterFixtures} from './scenarios/filters.ts';

/** Without the ID, which chance gives to the agent's own node. */
const NODE = ['Node', 'Address', 'Datacenter', 'PeerName', 'TaggedAddresses', 'TaggedAddresses.lan', 'Meta', 'Meta.a', 'Meta.e', 'Meta["some-key"]', 'Meta.none', 'Locality', 'CreateIndex', 'Nope', 'Meta.a.b', 'Node.x'];
const PROXY = [
  'DestinationServiceName', 'LocalServicePort', 'Mode', 'Upstreams', 'Upstreams.DestinationName', 'Upstreams.LocalBindPort', 'Upstreams.MeshGateway.Mode', 'Upstreams.MeshGateway', 'MeshGateway.Mode', 'Expose.Checks', 'Expose.Paths', 'Expose.Paths.Path',
  'Expose.Paths.ListenerPort', 'TransparentProxy.DialedDirectly', 'AccessLogs.Enabled', 'AccessLogs.Type', 'EnvoyExtensions', 'EnvoyExtensions.Name', 'Config', 'MutualTLSMode',
].map((name) => `Proxy.${name}`);
const OWN = ['Kind', 'Tags', 'Address', 'TaggedAddresses', 'TaggedAddresses.lan', 'TaggedAddresses.lan.Port', 'TaggedAddresses.wan.Port', 'Meta', 'Meta.k', 'Meta["a-b"]', 'Port', 'SocketPath', 'Weights', 'Weights.Passing', 'EnableTagOverride', 'Tags.x', 'Nope', 'Proxy', 'Connect'];
const CHECK = ['Node', 'CheckID', 'Name', 'Status', 'Notes', 'Output', 'ServiceID', 'ServiceName', 'ServiceTags', 'Type', 'Interval', 'ExposedPort', 'Definition', 'Nope'];
const SERVICE = ['ID', 'Service', ...OWN, ...PROXY, 'Connect.Native'];
const under = (name: string, names: readonly string[]): string[] => names.map((each) => `${name}.${each}`);
const FLAT = [...NODE.filter((name) => !name.startsWith('Meta')), 'NodeMeta', 'NodeMeta.a', ...['ID', 'Name', ...OWN, ...PROXY, 'Connect.Native'].map((name) => `Service${name}`)];
const INSTANCE = [...under('Node', NODE), ...under('Service', SERVICE), ...under('Checks', CHECK), 'Checks', 'Node', 'Service', 'Nope'];
const INFO = [...NODE, ...under('Services', SERVICE), ...under('Checks', CHECK), 'Checks', 'Services'];
const MEMBER = ['Name', 'Addr', 'Status', 'Tags', 'Tags.dc', 'Tags.role', 'Tags.none', 'ProtocolMin', 'ProtocolCur', 'DelegateMax', 'Nope', 'Addr.x'];

/** Where to ask, and what can be asked about there. Services with two tags have them in the order of chance. */
const PLACES: readonly (readonly [path: string, selectors: readonly string[]])[] = [
  ['catalog/nodes', NODE], ['catalog/nodes?node-meta=a:x', NODE], ['catalog/services', FLAT], ['catalog/service/web', FLAT], ['catalog/service/db', FLAT], ['catalog/connect/web', FLAT], ['catalog/node/m1', SERVICE], ['catalog/node/zz', SERVICE],
  ['catalog/node-services/m1', SERVICE], ['catalog/node-services/m3', SERVICE], ['health/node/m1', CHECK], ['health/checks/web', CHECK], ['health/state/any', CHECK], ['health/state/critical', CHECK], ['health/service/web', INSTANCE],
  ['health/service/web?passing', INSTANCE], ['health/service/web?tag=v1', INSTANCE], ['health/connect/web', INSTANCE], ['internal/ui/services', INSTANCE], ['internal/ui/nodes', INFO], ['agent/services', ['ID', 'Service', ...OWN]], ['agent/checks', CHECK], ['agent/members', MEMBER],
];

const VALUES = [
  'm1', 'n1', 'web', 'x', 'v', '80', '0', '-1', '1.5', '"1.1.1.1"', '""', 'true', 'false', 'prod', 'v1', 'lan', 'k', '`a-b`', '"é"', 'passing', 'critical', '"0x50"', '"8_0"', '"_8"', '"+80"', '"08"', '"0b"', '99999999999999999999', '9223372036854775808', '256', 'T', '"c one"',
  '"\\x6d1"', '"\\u00e9"', '"a\\nb"', 'db', 'dc1', 'consul', '"[a-"', '"^m[12]$"', '"(?i)PROD"', '"."', '"(?P<x>a)"', '"(?<x>a)"', '"a{1001}"', '"\\\\d+"', '"\\\\p{Greek}"', '"(?=x)"', '"*"', '"[[:alpha:]]+"', '"a**"', '"x{2,1}"', '"\\\\pX"', '")"', '"\\\\C"', '2', '4', '1',
];

/** Pieces that stand where they should not. */
const DEBRIS = [
  'Node', 'x', ' ', ' ', '==', '!=', ' in ', ' not in ', ' contains ', ' is empty', ' and ', ' or ', 'not ', '(', ')', '"a"', '`b`', '"', '`', '1', '-1', '0', '1.5', '.', '[', ']', '["a"]', 'and', 'not', 'is', 'matches', '\n', '\t', 'é', '_', '5', '=', '\\', '"\\q"', '\u{1f600}', '-', '(Node == n1)',
];
/** Consul takes four times as long for each parenthesis within another. */
const PARENTHESES_MAX = 7;

class Writer {
  readonly #random: Random;

  constructor(seed: number) {
    this.#random = seededRandom(seed);
  }

  of<T>(choices: readonly T[]): T {
    return choices[this.#random.below(choices.length)] as T;
  }

  expression(selectors: readonly string[]): string {
    const whole = this.#term(selectors, 0);
    return this.#random.below(3) > 0 ? whole : this.#broken(whole);
  }

  #term(selectors: readonly string[], depth: number): string {
    const kind = depth > 2 ? 9 : this.#random.below(10);
    const inner = (): string => this.#term(selectors, depth + 1);
    if (kind === 0) return `not ${inner()}`;
    if (kind === 1) return `(${inner()})`;
    if (kind === 2) return `${inner()} and ${inner()}`;
    return kind === 3 ? `${inner()} or ${inner()}` : this.#match(this.of(selectors), this.of(VALUES));
  }

  #match(selector: string, value: string): string {
    return this.of([
      `${selector} == ${value}`, `${selector} != ${value}`, `${value} in ${selector}`, `${value} not in ${selector}`, `${selector} contains ${value}`, `${selector} not contains ${value}`,
      `${selector} is empty`, `${selector} is not empty`, `${selector} matches ${value}`, `${selector} not matches ${value}`,
    ]);
  }

  #broken(text: string): string {
    const at = this.#random.below(text.length + 1);
    const broken = this.#random.below(2) === 0 ? text.slice(0, at) + this.of(DEBRIS) + text.slice(at) : text.slice(0, at) + text.slice(at + 1 + this.#random.below(3));
    return broken.split('(').length > PARENTHESES_MAX ? text : broken.toWellFormed();
  }
}

/** Expressions that nobody thought of, right and wrong, asked at every place that takes them. The same seed gives the same. */
export function randomFilters(seed: number, count: number): Scenario {
  const writer = new Writer(seed);
  const steps = Array.from({length: count}, (): Step => {
    const [path, selectors] = writer.of(PLACES);
    return filtered(path, writer.expression(selectors));
  });
  const local = [put('/v1/agent/service/register', {Name: 'loc', ID: 'l1', Port: 90, Tags: ['a'], Meta: {k: 'v'}}), put('/v1/agent/check/register', {CheckID: 'ttl1', Name: 'ttl1', TTL: '1h', Notes: 'n'})];
  return {name: `random-filters-${seed}`, mode: 'server', steps: [...filterFixtures, ...local, ...steps]};
}
