import {Resolver} from 'node:dns/promises';
import {readFileSync, statSync} from 'node:fs';
import {isIP} from 'node:net';
import {networkInterfaces} from 'node:os';
import {type Clock} from './clock.ts';
import {joinHostPort} from './host-port.ts';
import {errorCode} from './system-error.ts';

/**
 * Host names to addresses on the agent's own paths. `dns.lookup` would do getaddrinfo on libuv's thread pool,
 * where four look-ups of a dead name server hold up every disk sync; c-ares asks from the event loop.
 */
export interface NameResolver {
  /**
   * @param host a name or an IP literal (given back as it is); `%zone` is kept
   * @returns at least one IP address, the one to try first in front
   * @throws NameLookupError with Go's text, or the signal's reason
   */
  resolve(host: string, signal?: AbortSignal): Promise<readonly string[]>;
}

/** A failed look-up; `message` is the text that Go's resolver gives (`lookup web on 10.0.0.2:53: no such host`). */
export class NameLookupError extends Error {
  override readonly name = 'NameLookupError';
  /** True when the name server did not answer, so that a later try may succeed. */
  readonly temporary: boolean;

  constructor(message: string, temporary: boolean) {
    super(message);
    this.temporary = temporary;
  }
}

/** What resolver(5) says: the values that steer a look-up. */
export interface ResolvConf {
  readonly servers: readonly string[];
  readonly search: readonly string[];
  readonly ndots: number;
  readonly timeoutMs: number;
  readonly attempts: number;
}

const fileCheckIntervalMs = 5_000;
const dnsServersMax = 3;
const ndotsMax = 15;
const dnsTimeoutMsMax = 30_000;
const dnsAttemptsMax = 5;
/** A whole name (RFC 1035 §2.3.4), its length bytes and its end left away. */
const nameCharsMax = 253;

/** Reads resolv.conf(5) text; unknown lines are passed over, as libc does. */
function parseResolvConf(text: string): ResolvConf {
  const servers: string[] = [];
  let search: string[] = [];
  let ndots = 1;
  let timeoutMs = 5_000;
  let attempts = 2;
  for (const line of text.split('\n')) {
    const words = line.replace(/[#;].*$/, '').trim().split(/\s+/);
    const first = words[1];
    if (first === undefined) continue;
    if (words[0] === 'nameserver' && servers.length < dnsServersMax && isIP(first.replace(/%.*$/, '')) !== 0) servers.push(first);
    if (words[0] === 'domain') search = [first];
    if (words[0] === 'search') search = words.slice(1);
    if (words[0] !== 'options') continue;
    for (const option of words.slice(1)) {
      const [key, value] = option.split(':');
      const count = Number.parseInt(value ?? '', 10);
      if (Number.isNaN(count)) continue;
      if (key === 'ndots') ndots = Math.min(Math.max(count, 0), ndotsMax);
      if (key === 'timeout') timeoutMs = Math.min(Math.max(count * 1000, 1000), dnsTimeoutMsMax);
      if (key === 'attempts') attempts = Math.min(Math.max(count, 1), dnsAttemptsMax);
    }
  }
  return {servers: servers.length === 0 ? ['127.0.0.1', '::1'] : servers, search: search.map((d) => d.replace(/\.$/, '')).filter((d) => d !== ''), ndots, timeoutMs, attempts};
}

/** Reads hosts(5) text into lower-cased name → addresses, in the order of the file. */
function parseHosts(text: string): ReadonlyMap<string, readonly string[]> {
  const byName = new Map<string, string[]>();
  for (const line of text.split('\n')) {
    const [address, ...names] = line.replace(/#.*$/, '').trim().split(/\s+/);
    if (address === undefined || isIP(address.replace(/%.*$/, '')) === 0) continue;
    for (const name of names) {
      const key = canonical(name);
      const known = byName.get(key);
      if (known === undefined) byName.set(key, [address]);
      else if (!known.includes(address)) known.push(address);
    }
  }
  return byName;
}

/** The names to ask for, in order: resolver(5), `ndots` and `search`. A trailing dot means "as it is". */
function searchNames(host: string, conf: Pick<ResolvConf, 'search' | 'ndots'>): readonly string[] {
  if (host.endsWith('.')) return [host.slice(0, -1)];
  const dots = host.split('.').length - 1;
  const searched = conf.search.map((domain) => `${host}.${domain}`);
  return dots >= conf.ndots ? [host, ...searched] : [...searched, host];
}

function canonical(name: string): string {
  return name.toLowerCase().replace(/\.$/, '');
}

/** A file whose parsed form is kept until the file changes; looked at no oftener than every five seconds. */
class WatchedFile<T> {
  #checkedAtMs = -Infinity;
  #stamp = '';
  #value: T;
  readonly #path: string;
  readonly #parse: (text: string) => T;
  readonly #clock: Clock;

  constructor(path: string, parse: (text: string) => T, clock: Clock) {
    this.#path = path;
    this.#parse = parse;
    this.#clock = clock;
    this.#value = parse('');
  }

  get(): T {
    const nowMs = this.#clock.nowMs();
    if (nowMs - this.#checkedAtMs < fileCheckIntervalMs) return this.#value;
    this.#checkedAtMs = nowMs;
    const stat = statSync(this.#path, {throwIfNoEntry: false});
    const stamp = stat === undefined ? 'none' : `${stat.mtimeMs} ${stat.size} ${stat.ino}`;
    if (stamp === this.#stamp) return this.#value;
    this.#stamp = stamp;
    this.#value = this.#parse(stat === undefined ? '' : readFileSync(this.#path, 'utf8'));
    return this.#value;
  }
}

/** Where the system resolver reads; tests give files and servers of their own. */
export interface SystemNameResolverOptions {
  readonly clock: Clock;
  readonly hostsPath?: string;
  readonly resolvConfPath?: string;
  /** Where the name servers listen; 53 when not given. */
  readonly dnsPort?: number;
}

/** Hosts file first, then DNS through c-ares with the search list: what `hosts: files dns` means in nsswitch.conf. */
export class SystemNameResolver implements NameResolver {
  readonly #hosts: WatchedFile<ReadonlyMap<string, readonly string[]>>;
  readonly #conf: WatchedFile<ResolvConf>;
  readonly #dnsPort: number;

  constructor(options: SystemNameResolverOptions) {
    this.#hosts = new WatchedFile(options.hostsPath ?? '/etc/hosts', parseHosts, options.clock);
    this.#conf = new WatchedFile(options.resolvConfPath ?? '/etc/resolv.conf', parseResolvConf, options.clock);
    this.#dnsPort = options.dnsPort ?? 53;
  }

  async resolve(host: string, signal?: AbortSignal): Promise<readonly string[]> {
    signal?.throwIfAborted();
    if (isIP(host.replace(/%.*$/, '')) !== 0) return [host];
    const name = canonical(host);
    const inHosts = this.#hosts.get().get(name);
    if (inHosts !== undefined) return preferred(inHosts);
    // RFC 6761 §6.3: localhost never leaves the machine, whatever the hosts file forgot.
    if (name === 'localhost' || name.endsWith('.localhost')) return ['127.0.0.1', '::1'];
    if (name === '' || name.length > nameCharsMax) throw new NameLookupError(`lookup ${host}: no such host`, false);
    return this.#ask(host, signal);
  }

  async #ask(host: string, signal: AbortSignal | undefined): Promise<readonly string[]> {
    const conf = this.#conf.get();
    const resolver = new Resolver({timeout: conf.timeoutMs, tries: conf.attempts});
    const servers = conf.servers.map((server) => joinHostPort(server, this.#dnsPort));
    resolver.setServers(servers);
    const cancel = (): void => resolver.cancel();
    signal?.addEventListener('abort', cancel, {once: true});
    try {
      let failure: NameLookupError | undefined;
      for (const name of searchNames(host, conf)) {
        const answer = await askBoth(resolver, name);
        signal?.throwIfAborted();
        if (answer.addresses.length > 0) return preferred(answer.addresses);
        if (answer.temporary) failure ??= new NameLookupError(`lookup ${host} on ${servers[0]}: ${answer.reason}`, true);
      }
      throw failure ?? new NameLookupError(`lookup ${host} on ${servers[0]}: no such host`, false);
    } finally {
      signal?.removeEventListener('abort', cancel);
    }
  }
}

interface Answer {
  readonly addresses: readonly string[];
  readonly temporary: boolean;
  readonly reason: string;
}

async function askBoth(resolver: Resolver, name: string): Promise<Answer> {
  const [v4, v6] = await Promise.allSettled([resolver.resolve4(name), resolver.resolve6(name)]);
  const addresses = [...(v4.status === 'fulfilled' ? v4.value : []), ...(v6.status === 'fulfilled' ? v6.value : [])];
  const failed = [v4, v6].flatMap((r) => (r.status === 'rejected' ? [errorCode(r.reason)] : []));
  const hard = failed.find((code) => code !== 'ENOTFOUND' && code !== 'ENODATA');
  return {addresses, temporary: hard !== undefined, reason: hard === 'ETIMEOUT' ? 'i/o timeout' : hard === 'ECONNREFUSED' ? 'connection refused' : 'server misbehaving'};
}

/** RFC 6724 §2.1 in short: loopback ::1 before 127/8; other IPv6 first only if this machine has a global IPv6 address. */
function preferred(addresses: readonly string[]): readonly string[] {
  if (addresses.length < 2) return addresses;
  const v6 = addresses.filter((a) => a.includes(':'));
  const v4 = addresses.filter((a) => !a.includes(':'));
  if (v6.length === 0 || v4.length === 0) return addresses;
  const v6First = v6[0] === '::1' || hasGlobalIpv6();
  return v6First ? [...v6, ...v4] : [...v4, ...v6];
}

function hasGlobalIpv6(): boolean {
  return Object.values(networkInterfaces()).some((list) =>
    (list ?? []).some((a) => a.family === 'IPv6' && !a.internal && !a.address.startsWith('fe80:')),
  );
}
