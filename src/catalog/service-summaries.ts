import {type Sliced} from '../runtime/slices.ts';
import {embed, struct, type TypeOf} from '../schema/struct.ts';
import {bool, int, list, str} from '../schema/types.ts';
import {type GatewayService} from './requests.ts';
import {type CheckServiceNode, type NodeService} from './schema.ts';

const GatewayConfig = struct('GatewayConfig', {AssociatedServiceCount: int.omitEmpty(), Addresses: list(str).omitEmpty()});

/** One service in the list of the UI (http-core.md §19). */
const ServiceSummary = struct('ServiceSummary', {
  Kind: str.omitEmpty(),
  Name: str,
  Datacenter: str,
  Tags: list(str),
  Nodes: list(str),
  ExternalSources: list(str),
  InstanceCount: int,
  ChecksPassing: int,
  ChecksWarning: int,
  ChecksCritical: int,
  GatewayConfig,
  TransparentProxy: bool,
  ConnectNative: bool,
  PeerName: str.omitEmpty(),
});

/** Instances looked at between two looks at the clock. */
const instancesPerStep = 32;

/** The summary with what stands between the service and its callers. */
export const ServiceListing = struct('ServiceListing', {...embed(ServiceSummary), ConnectedWithProxy: bool, ConnectedWithGateway: bool});
export type ServiceListing = TypeOf<typeof ServiceListing>;

/**
 * What the UI lists, one line a service and peer, by name. Checks of a service's proxies count for it too, each check of a
 * node once; the destination of a proxy is listed even where it has no instance.
 */
export function* serviceListings(instances: readonly CheckServiceNode[], gateways: readonly GatewayService[], datacenter: string): Sliced<readonly ServiceListing[]> {
  const entries = new Map<string, Entry>();
  const entry = (name: string, peer: string): Entry => {
    const key = `${name}\0${peer}`;
    let found = entries.get(key);
    if (found === undefined) entries.set(key, (found = new Entry(name, peer)));
    return found;
  };
  let seen = 0;
  for (const instance of instances) {
    if (++seen % instancesPerStep === 0) yield;
    const {Node, Service} = instance;
    if (Node === null || Service === null) continue;
    entry(Service.Service, Service.PeerName).add(Node.Node, Service, instance.Checks ?? [], datacenter);
    if (Service.Kind === 'connect-proxy') entry(Service.Proxy.DestinationServiceName, Service.PeerName).addProxy(Service, instance.Checks ?? []);
  }
  for (const {Gateway, Service} of gateways) {
    entries.get(`${Gateway.Name}\0`)?.linked.add(Service.Name);
    entries.get(`${Service.Name}\0`)?.gateways.add(Gateway.Name);
  }
  const byName = (a: ServiceListing, b: ServiceListing): number => (a.Name < b.Name || (a.Name === b.Name && a.PeerName < b.PeerName) ? -1 : 1);
  const listings: ServiceListing[] = [];
  for (const each of entries.values()) {
    listings.push(each.listing);
    yield;
  }
  return listings.sort(byName);
}

/** What is gathered of one service. */
class Entry {
  /** Services that this one is the gateway of. */
  readonly linked = new Set<string>();
  /** Gateways of this service. */
  readonly gateways = new Set<string>();
  readonly #name: string;
  readonly #peer: string;
  #kind = '';
  #datacenter = '';
  readonly #tags = new Set<string>();
  readonly #nodes = new Set<string>();
  readonly #sources = new Set<string>();
  readonly #statuses = new Map<string, string>();
  #instances = 0;
  #proxies = 0;
  #transparentProxies = 0;
  #isNative = false;

  constructor(name: string, peer: string) {
    this.#name = name;
    this.#peer = peer;
  }

  add(node: string, {Kind, Tags, Meta, Connect}: NodeService, checks: Checks, datacenter: string): void {
    this.#kind = Kind;
    this.#datacenter = datacenter;
    this.#instances++;
    this.#nodes.add(node);
    for (const tag of Tags ?? []) this.#tags.add(tag);
    const source = Meta?.get('external-source') ?? '';
    if (source !== '') this.#sources.add(source);
    if (Connect.Native) this.#isNative = true;
    this.#count(checks);
  }

  addProxy({Proxy}: NodeService, checks: Checks): void {
    this.#proxies++;
    if (Proxy.Mode === 'transparent') this.#transparentProxies++;
    this.#count(checks);
  }

  get listing(): ServiceListing {
    const statuses = [...this.#statuses.values()];
    const count = (wanted: string): number => statuses.filter((status) => status === wanted).length;
    return {
      Kind: this.#kind,
      Name: this.#name,
      Datacenter: this.#datacenter,
      Tags: sorted(this.#tags),
      Nodes: sorted(this.#nodes),
      ExternalSources: sorted(this.#sources),
      InstanceCount: this.#instances,
      ChecksPassing: count('passing'),
      ChecksWarning: count('warning'),
      ChecksCritical: count('critical'),
      GatewayConfig: {AssociatedServiceCount: this.linked.size, Addresses: null},
      TransparentProxy: this.#proxies > 0 && this.#transparentProxies === this.#proxies,
      ConnectNative: this.#isNative,
      PeerName: this.#peer,
      ConnectedWithProxy: this.#proxies > 0,
      ConnectedWithGateway: this.gateways.size > 0,
    };
  }

  #count(checks: Checks): void {
    for (const {Node, CheckID, Status} of checks) this.#statuses.set(`${Node}\0${CheckID}`, Status);
  }
}

type Checks = NonNullable<CheckServiceNode['Checks']>;

/** In the order of bytes; null when there is none, as in Go. */
function sorted(names: ReadonlySet<string>): readonly string[] | null {
  return names.size === 0 ? null : [...names].sort();
}
