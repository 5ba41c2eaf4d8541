import {Resolver} from 'node:dns/promises';
import {splitHostPort} from '../runtime/host-port.ts';
import {errorText} from '../runtime/thrown.ts';
import {GoStrconvError, tryGoUint} from '../schema/go-strconv.ts';
import {addressBytes, type Endpoint} from './endpoint.ts';

/** IP addresses of a host name; `node:dns` lookups through the thread pool are not for the agent. */
export type ResolveHost = (host: string) => Promise<readonly string[]>;

/** Asks the nameservers by c-ares for both families; `localhost` needs no asking. */
export const resolveByDns: ResolveHost = async (host) => {
  if (host === 'localhost') return ['127.0.0.1'];
  const resolver = new Resolver();
  const answers = await Promise.allSettled([resolver.resolve4(host), resolver.resolve6(host)]);
  return answers.flatMap((answer) => (answer.status === 'fulfilled' ? answer.value : []));
};

/**
 * The endpoints that a join address stands for: `host`, `host:port`, `[v6]:port`, each perhaps after `node/` [gossip.md §10].
 * @throws Error `Failed to resolve …`
 */
export async function joinEndpoints(input: string, defaultPort: number, resolve: ResolveHost): Promise<Endpoint[]> {
  const fail = (why: string, cause?: unknown): Error => new Error(`Failed to resolve ${input}: ${why}`, {cause});
  const parsed = parseTarget(input.slice(input.lastIndexOf('/') + 1), defaultPort);
  if (typeof parsed === 'string') throw fail(parsed);
  const {host, port} = parsed;
  const own = addressBytes(host);
  if (own !== undefined) return [{addr: own, port}];
  // No name has a colon: there is nobody to ask.
  const addresses = host === '' || host.includes(':') ? [] : await resolve(host).catch((error: unknown) => {
    throw fail(errorText(error), error);
  });
  const endpoints = addresses.flatMap((text) => {
    const addr = addressBytes(text);
    return addr === undefined ? [] : [{addr, port}];
  });
  if (endpoints.length === 0) throw fail(`lookup ${host}: no such host`);
  return endpoints;
}

/** @returns a text where it is no address: what is wrong with it, in Go's words */
function parseTarget(target: string, defaultPort: number): {readonly host: string; readonly port: number} | string {
  const bracketed = /^\[([^\]]*)\]$/.exec(target);
  if (bracketed !== null) return {host: bracketed[1] ?? '', port: defaultPort};
  // A bare IPv6 has more colons than the one before a port.
  if (!target.startsWith('[') && target.split(':').length !== 2) return {host: target, port: defaultPort};
  const parts = splitHostPort(target);
  if (typeof parts === 'string') return `address ${target}: ${parts}`;
  const port = tryGoUint(parts.port, 16);
  return port instanceof GoStrconvError ? port.message : {host: parts.host, port: Number(port)};
}
