import {type ApiClient, decodeJson, keyPath, unexpected} from '../../api-client.ts';

/** A KV row as the HTTP API gives it; Flags are exact only as text, see `readPairs`. */
export interface KvPair {
  readonly Key: string;
  readonly CreateIndex: number;
  readonly ModifyIndex: number;
  readonly LockIndex: number;
  /** decimal, since it may not fit a number */
  readonly Flags: string;
  /** base64 */
  readonly Value: string | null;
  readonly Session?: string;
}

const NOT_FOUND = 404;

/** Rows of a GET on /v1/kv; null when there are none. @throws ApiError */
export async function readPairs(client: ApiClient, key: string, query: Readonly<Record<string, string>> = {}): Promise<readonly KvPair[] | null> {
  const answer = await client.send('GET', `/v1/kv/${keyPath(key)}`, {query});
  if (answer.status === NOT_FOUND) return null;
  if (answer.status !== 200) throw unexpected(answer);
  return decodePairs(answer.body);
}

/** Rows as the API gave them. @throws ApiError */
export function decodePairs(body: Buffer): readonly KvPair[] {
  // Flags are 64 bits wide: they are made text before a number could lose digits. The pattern cannot match inside a
  // value (base64 has no quotes), and a quote inside a key is always escaped.
  const text = body.toString('utf8').replace(/("Flags":\s*)(\d+)/g, '$1"$2"');
  return decodeJson<readonly KvPair[]>(Buffer.from(text));
}

/** The bytes of a row's value. */
export function valueBytes(pair: KvPair): Buffer {
  return Buffer.from(pair.Value ?? '', 'base64');
}
