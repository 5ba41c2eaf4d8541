import {demand, type TokenResolver} from '../acl/authorizer.ts';
import {ConsulError} from '../consul-error.ts';
import {type Endpoint, endpoint} from '../rpc/endpoint.ts';
import {type Router} from '../rpc/router.ts';
import {errorText} from '../runtime/thrown.ts';
import {decodeGoBase64} from '../schema/go-base64.ts';
import {keyringOperation, type KeyringRequest, KeyringResponse, KeyringResponses} from './keyring-schema.ts';
import {type PoolKeys, type PoolKeysAnswer} from './pool-keys.ts';

export interface KeyringEndpointOptions {
  readonly datacenter: string;
  readonly resolver: TokenResolver;
  /** The pools that this server is in, once they are open. */
  readonly lan: () => PoolKeys;
  readonly wan: () => PoolKeys | undefined;
  /** All known datacenters, the nearest first. */
  readonly datacenters: () => readonly string[];
  /** Brings the request to the other datacenters. */
  readonly router: Router;
}

type PoolName = Pick<KeyringResponse, 'WAN' | 'Datacenter'>;

type KeyringAct = (keys: PoolKeys, key: Uint8Array, relayFactor: number) => Promise<PoolKeysAnswer>;

const acts: ReadonlyMap<string, KeyringAct> = new Map<string, KeyringAct>([
  ['list', (keys, _, relayFactor) => keys.list(relayFactor)],
  ['install', (keys, key, relayFactor) => keys.install(key, relayFactor)],
  ['use', (keys, key, relayFactor) => keys.use(key, relayFactor)],
  ['remove', (keys, key, relayFactor) => keys.remove(key, relayFactor)],
]);

/** Internal.KeyringOperation of port 8300: the WAN pool, the own LAN pool, then those of the other datacenters (rpc-raft.md §9). */
export function keyringEndpoints(options: KeyringEndpointOptions): readonly Endpoint[] {
  const {datacenter, resolver, lan, wan} = options;
  return [
    endpoint(keyringOperation, async (request) => {
      const {Operation, Token, Forwarded, LocalOnly} = request;
      const act = acts.get(Operation);
      if (act === undefined) throw new ConsulError(`unknown keyring operation ${JSON.stringify(Operation)}`);
      demand(await resolver.resolve(Token), 'keyring', Operation === 'list' ? 'read' : 'write');
      const isOwnOnly = Forwarded || LocalOnly;
      const wanKeys = isOwnOnly ? undefined : wan();
      const answers = await Promise.all([
        ...(wanKeys === undefined ? [] : [inPool(act, wanKeys, request, {WAN: true, Datacenter: datacenter})]),
        inPool(act, lan(), request, {WAN: false, Datacenter: datacenter}),
        ...(isOwnOnly ? [] : inOtherDatacenters(options, request)),
      ]);
      return KeyringResponses.make({Responses: answers.flat()});
    }),
  ];
}

async function inPool(act: KeyringAct, keys: PoolKeys, {Key, RelayFactor}: KeyringRequest, pool: PoolName): Promise<KeyringResponse> {
  try {
    const answer = await act(keys, Buffer.from(decodeGoBase64(Key), 'latin1'), RelayFactor);
    return KeyringResponse.make({
      ...pool,
      Messages: new Map(Object.entries(answer.messages)),
      Keys: new Map(Object.entries(answer.keys)),
      PrimaryKeys: new Map(Object.entries(answer.primaryKeys)),
      NumNodes: answer.numNodes,
      Error: answer.error ?? '',
    });
  } catch (error) {
    return failed(pool, error);
  }
}

function inOtherDatacenters({datacenter, datacenters, router}: KeyringEndpointOptions, request: KeyringRequest): Promise<readonly KeyringResponse[]>[] {
  return datacenters()
    .filter((other) => other !== datacenter)
    .map(async (Datacenter) => {
      try {
        return (await router.call(keyringOperation, {...request, Datacenter, Forwarded: true})).Responses ?? [];
      } catch (error) {
        return [failed({WAN: false, Datacenter}, error)];
      }
    });
}

/** What went wrong is part of the answer: the other pools have theirs. */
function failed(pool: PoolName, error: unknown): KeyringResponse {
  return KeyringResponse.make({...pool, Error: errorText(error)});
}
