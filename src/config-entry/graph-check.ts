import {ConsulError} from '../consul-error.ts';
import {type Reader} from '../store/reader.ts';
import {compileChain, isHttpLike, protocolOf, type RoutingEntries} from './discovery-chain.ts';
import {type IngressListener as Listener} from './entries/gateways.ts';
import {type TypeOf} from '../schema/struct.ts';
import {type ConfigEntryBody, type ConfigEntryKind} from './entries/kinds.ts';
import {type IntentionJWTRequirement, type ServiceIntentionsConfigEntry} from './entries/intentions.ts';
import {configEntriesOf, configEntry} from './state.ts';

/** An entry that is about to be written, or (without a body) deleted. */
export interface Proposal {
  readonly Kind: ConfigEntryKind;
  readonly Name: string;
  readonly body: ConfigEntryBody | undefined;
}

/** Kinds that say where requests go, or what protocol they have. */
const routingKinds = ['proxy-defaults', 'service-defaults', 'service-router', 'service-splitter', 'service-resolver'] as const;
const chainKinds = ['service-router', 'service-splitter', 'service-resolver'] as const;
const gatewayKinds: readonly ConfigEntryKind[] = ['ingress-gateway', 'terminating-gateway'];

/**
 * Whether all entries would still go together with the proposed one among them; Consul asks while it applies, so that
 * a refused entry is one that all servers refuse (mesh.md §5).
 */
export function checkGraph(reader: Reader, proposal: Proposal, datacenter: string): ConsulError | undefined {
  const entries = new ProposedEntries(reader, proposal);
  const {Kind} = proposal;
  if (gatewayKinds.includes(Kind)) return namesakeError(entries, proposal) ?? (Kind === 'ingress-gateway' ? checkIngress(entries, proposal.Name) : undefined);
  if (Kind === 'service-intentions') return checkIntentions(entries, proposal.Name);
  if (Kind === 'jwt-provider') return proposal.body === undefined ? providerInUse(entries, proposal.Name) : undefined;
  if (Kind === 'exported-services') return checkChains(entries, datacenter);
  if (!routingKinds.some((kind) => kind === Kind)) return undefined;
  const refused = checkPermissive(entries, reader, proposal);
  if (refused !== undefined) return refused;
  return checkChains(entries, datacenter) ?? checkAllPermissions(entries) ?? checkAllIngresses(entries);
}

/** Entries as they would be. */
class ProposedEntries implements RoutingEntries {
  readonly #reader: Reader;
  readonly #proposal: Proposal;

  constructor(reader: Reader, proposal: Proposal) {
    this.#reader = reader;
    this.#proposal = proposal;
  }

  body<K extends ConfigEntryKind>(kind: K, name: string): ConfigEntryBody<K> | undefined {
    const {Kind, Name, body} = this.#proposal;
    if (Kind === kind && Name.toLowerCase() === name.toLowerCase()) return body as ConfigEntryBody<K> | undefined;
    return configEntry<K>(this.#reader, kind, name)?.body;
  }

  /** All entries of a kind: the proposed one is the last. */
  all<K extends ConfigEntryKind>(kind: K): readonly {readonly Name: string; readonly body: ConfigEntryBody<K>}[] {
    const {Kind, Name, body} = this.#proposal;
    const stored = configEntriesOf(this.#reader, kind) as readonly {readonly Name: string; readonly body: ConfigEntryBody<K>}[];
    if (Kind !== kind) return stored;
    const others = stored.filter((entry) => entry.Name.toLowerCase() !== Name.toLowerCase());
    return body === undefined ? others : [...others, {Name, body: body as ConfigEntryBody<K>}];
  }

  readonly router = (service: string) => this.body('service-router', service);
  readonly splitter = (service: string) => this.body('service-splitter', service);
  readonly resolver = (service: string) => this.body('service-resolver', service);
  readonly defaults = (service: string) => this.body('service-defaults', service);
  readonly proxyDefaults = () => this.body('proxy-defaults', 'global');
}

function namesakeError(entries: ProposedEntries, {Kind, Name, body}: Proposal): ConsulError | undefined {
  if (body === undefined) return undefined;
  const other = gatewayKinds.find((kind) => kind !== Kind && entries.body(kind, Name) !== undefined);
  if (other === undefined) return undefined;
  return new ConsulError(`cannot create a "${Kind}" config entry with name "${Name}", a "${other}" config entry with that name already exists`);
}

/** Compiles the chain of each service that has any entry of its own. */
function checkChains(entries: ProposedEntries, datacenter: string): ConsulError | undefined {
  const services = new Map<string, string>();
  for (const kind of chainKinds) for (const {Name} of entries.all(kind)) services.set(Name.toLowerCase(), Name);
  const exported = exportedNames(entries);
  for (const name of services.values()) {
    const chain = compileChain(entries, name, datacenter);
    if (chain instanceof ConsulError) return chain;
    if (exported('*') || exported(name)) {
      const refused = checkExported(entries, name);
      if (refused !== undefined) return refused;
    }
  }
  return undefined;
}

/** Whether a service is shown to peers. */
function exportedNames(entries: ProposedEntries): (name: string) => boolean {
  const names = new Set<string>();
  for (const {body} of entries.all('exported-services')) {
    for (const {Name, Consumers} of body.Services ?? []) if (Consumers?.some(({Peer}) => Peer !== '') === true) names.add(Name.toLowerCase());
  }
  return (name) => names.has(name.toLowerCase());
}

/** Peers cannot be sent on, not even for a subset that nobody asks for, and be it to where they are. */
function checkExported(entries: ProposedEntries, service: string): ConsulError | undefined {
  const resolver = entries.resolver(service);
  const refuse = (how: string) => new ConsulError(`peer exported service "${service}" contains ${how}`);
  if ((resolver?.Redirect?.Datacenter ?? '') !== '') return refuse('cross-datacenter resolver redirect');
  if ((resolver?.Redirect?.Peer ?? '') !== '') return refuse('cross-peer resolver redirect');
  for (const {Datacenters, Targets} of resolver?.Failover?.values() ?? []) {
    if ((Datacenters?.length ?? 0) > 0 || Targets?.some(({Datacenter}) => Datacenter !== '') === true) return refuse('cross-datacenter failover');
  }
  return undefined;
}

/** Permissions for requests must still find a protocol that has such. */
function checkAllPermissions(entries: ProposedEntries): ConsulError | undefined {
  for (const {Name} of entries.all('service-intentions')) {
    const refused = checkPermissions(entries, Name);
    if (refused !== undefined) return refused;
  }
  return undefined;
}

/** When a service changes its protocol, Consul asks those gateways that tell its requests apart, and no listener of plain connections. */
function checkAllIngresses(entries: ProposedEntries): ConsulError | undefined {
  for (const {Name} of entries.all('ingress-gateway')) {
    const refused = checkIngress(entries, Name, ({Protocol}) => Protocol !== 'tcp');
    if (refused !== undefined) return refused;
  }
  return undefined;
}

/** Proxies may be made to let in who has no certificate only while the mesh allows it; those that do already may go on. */
function checkPermissive(entries: ProposedEntries, reader: Reader, {Kind, Name, body}: Proposal): ConsulError | undefined {
  const isPermissive = (of: ConfigEntryBody | undefined) => of !== undefined && 'MutualTLSMode' in of && of.MutualTLSMode === 'permissive';
  if (!isPermissive(body) || isPermissive(configEntry(reader, Kind, Name)?.body) || entries.body('mesh', 'mesh')?.AllowEnablingPermissiveMutualTLS === true) return undefined;
  return new ConsulError('cannot set MutualTLSMode=permissive because AllowEnablingPermissiveMutualTLS=false in the mesh config entry');
}

function checkIngress(entries: ProposedEntries, name: string, isAsked: (listener: TypeOf<typeof Listener>) => boolean = () => true): ConsulError | undefined {
  for (const {Protocol, Services} of (entries.body('ingress-gateway', name)?.Listeners ?? []).filter(isAsked)) {
    for (const {Name} of Services ?? []) {
      const protocol = Name === '*' ? Protocol : protocolOf(entries, Name);
      if (protocol !== Protocol) return new ConsulError(`service "${Name}" has protocol "${protocol}", which does not match defined listener protocol "${Protocol}"`);
    }
  }
  return undefined;
}

function checkIntentions(entries: ProposedEntries, name: string): ConsulError | undefined {
  return checkPermissions(entries, name) ?? missingProvider(entries, name);
}

/** Permissions tell requests apart, which takes a protocol that has such. */
function checkPermissions(entries: ProposedEntries, name: string): ConsulError | undefined {
  const isL7 = entries.body('service-intentions', name)?.Sources?.some((source) => (source?.Permissions?.length ?? 0) > 0) === true;
  const protocol = protocolOf(entries, name);
  if (!isL7 || isHttpLike(protocol)) return undefined;
  return new ConsulError(`service "${name}" has protocol "${protocol}", which is incompatible with L7 intentions permissions`);
}

function missingProvider(entries: ProposedEntries, name: string): ConsulError | undefined {
  const body = entries.body('service-intentions', name);
  const missing = body === undefined ? [] : providersOf(body).filter((provider) => entries.body('jwt-provider', provider) === undefined);
  if (missing.length === 0) return undefined;
  const lines = missing.map((provider) => `\t* referenced JWT provider does not exist. Provider Name: ${provider}\n`);
  return new ConsulError(`${missing.length} error${missing.length === 1 ? '' : 's'} occurred:\n${lines.join('')}\n`);
}

function providerInUse(entries: ProposedEntries, provider: string): ConsulError | undefined {
  const user = entries.all('service-intentions').find(({body}) => providersOf(body).some((name) => name.toLowerCase() === provider.toLowerCase()));
  if (user === undefined) return undefined;
  return new ConsulError(`cannot delete jwt provider config entry referenced by an intention. Provider name: ${provider}, intention name: ${user.Name}`);
}

/** Providers of tokens that the intentions of an entry ask for. */
function providersOf({JWT, Sources}: ServiceIntentionsConfigEntry): string[] {
  const requirements: (IntentionJWTRequirement | null)[] = [JWT];
  for (const source of Sources ?? []) for (const permission of source?.Permissions ?? []) requirements.push(permission?.JWT ?? null);
  return requirements.flatMap((requirement) => requirement?.Providers ?? []).flatMap((provider) => (provider === null ? [] : [provider.Name]));
}
