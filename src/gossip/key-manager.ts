import {errorText} from '../runtime/thrown.ts';
import {KeyRequest, KeyResponse} from './wire/serf-schema.ts';
import {serfType} from './serf/serf-message.ts';
import {type QueryOptions, type QueryResult} from './serf-options.ts';

/** What the members of a pool said to a key operation [gossip.md §12.4]. */
export interface KeyringAnswer {
  readonly numNodes: number;
  readonly numResponses: number;
  readonly numErrors: number;
  /** Complaints by node. */
  readonly messages: Readonly<Record<string, string>>;
  /** How many nodes have each key (base64). */
  readonly keys: Readonly<Record<string, number>>;
  readonly primaryKeys: Readonly<Record<string, number>>;
  /** Why the operation counts as failed; null when all agreed. */
  readonly error: string | null;
}

/** Asks one query of the pool and waits for all, or for its end. */
export type AskAll = (question: Pick<QueryOptions, 'name' | 'payload' | 'relayFactor'>) => Promise<{readonly nodes: number; readonly result: QueryResult}>;

/** Changes and lists the encryption keys of all members of a pool. Keys are raw bytes; so many other members also carry each answer as the relay factor says. */
export class KeyManager {
  readonly #ask: AskAll;

  constructor(ask: AskAll) {
    this.#ask = ask;
  }

  install(key: Uint8Array, relayFactor = 0): Promise<KeyringAnswer> {
    return this.#run('install-key', key, relayFactor);
  }

  use(key: Uint8Array, relayFactor = 0): Promise<KeyringAnswer> {
    return this.#run('use-key', key, relayFactor);
  }

  remove(key: Uint8Array, relayFactor = 0): Promise<KeyringAnswer> {
    return this.#run('remove-key', key, relayFactor);
  }

  list(relayFactor = 0): Promise<KeyringAnswer> {
    return this.#run('list-keys', new Uint8Array(0), relayFactor);
  }

  async #run(operation: string, key: Uint8Array, relayFactor: number): Promise<KeyringAnswer> {
    const payload = KeyRequest.toMsgpack({Key: Buffer.from(key).toString('latin1')}, {typeByte: serfType.keyRequest});
    const {nodes, result} = await this.#ask({name: `_serf_${operation}`, payload: payload.toString('latin1'), relayFactor});
    const messages: Record<string, string> = {};
    const keys: Record<string, number> = {};
    const primaryKeys: Record<string, number> = {};
    let numErrors = 0;
    for (const [from, answer] of result.answers) {
      const problem = this.#count(answer, keys, primaryKeys);
      if (problem.text !== '') messages[from] = problem.text;
      if (problem.failed) numErrors++;
    }
    const numResponses = result.answers.size;
    const error = numErrors > 0 ? `${numErrors}/${nodes} nodes reported failure`
      : numResponses !== nodes ? `${numResponses}/${nodes} nodes reported success` : null;
    return {numNodes: nodes, numResponses, numErrors, messages, keys, primaryKeys, error};
  }

  #count(answer: string, keys: Record<string, number>, primaryKeys: Record<string, number>): {text: string; failed: boolean} {
    const bytes = Buffer.from(answer, 'latin1');
    if (bytes[0] !== serfType.keyResponse) return {text: `Invalid key query response type: ${bytes[0]}`, failed: true};
    try {
      const body = KeyResponse.fromMsgpack(bytes, 1);
      for (const key of body.Keys ?? []) keys[key] = (keys[key] ?? 0) + 1;
      if (body.PrimaryKey !== '') primaryKeys[body.PrimaryKey] = (primaryKeys[body.PrimaryKey] ?? 0) + 1;
      return {text: body.Message, failed: !body.Result};
    } catch (error) {
      return {text: `Failed to decode key query response: ${errorText(error)}`, failed: true};
    }
  }
}
