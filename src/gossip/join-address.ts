import {Resolver} from 'node:dns/promises';
import {errorText} from '../runtime/thrown.ts';
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
  const target = input.slice(input.lastIndexOf('/') + 1);
  const {host, port} = splitHostPort(target, defaultPort);
  const own = addressBytes(host);
  if (own !== undefined) return [{addr: own, port}];
  const addresses = host === '' || !(port > 0 && port < 65_536) ? [] : await resolved(input, host, resolve);
  const endpoints = addresses.flatMap((text) => {
    const addr = addressBytes(text);
    return addr === undefined ? [] : [{addr, port}];
  });
  if (endpoints.length === 0) throw new Error(`Failed to resolve ${input}: lookup ${host}: no such host`);
  return endpoints;
}

async function resolved(input: string, host: string, resolve: ResolveHost): Promise<readonly string[]> {
  try {
    return await resolve(host);
  } catch (error) {
    throw new Error(`Failed to resolve ${input}: ${errorText(error)}`, {cause: error});
  }
}

function splitHostPort(target: string, defaultPort: number): {host: string; port: number} {
  const bracketed = /^\[(.+)\](?::(\d+))?$/.exec(target);
  if (bracketed !== null) return {host: bracketed[1] ?? '', port: Number(bracketed[2] ?? defaultPort)};
  const plain = /^([^:]+):(\d+)$/.exec(target);
  return plain === null ? {host: target, port: defaultPort} : {host: plain[1] ?? '', port: Number(plain[2])};
}
