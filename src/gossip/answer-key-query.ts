import {errorText} from '../runtime/thrown.ts';
import {type ByteString} from '../wire/byte-string.ts';
import {keyListBytesPerKeyMin, queryResponseBytesMax} from './limits.ts';
import {type Keyring} from './wire/keyring.ts';
import {KeyResponse} from './wire/serf-schema.ts';
import {serfType} from './serf/serf-message.ts';

/**
 * Does what a key query of the pool asks, on our own keyring; returns the answer's payload and whether keys changed
 * [gossip.md §12.4].
 * @param payloadBytesMax a longer list of keys is cut
 */
export function answerKeyQuery(operation: string, key: ByteString, keyring: Keyring | null, payloadBytesMax: number): {payload: ByteString; changed: boolean} {
  if (keyring === null) {
    const isList = operation === 'list-keys';
    return {payload: encode(false, isList ? 'Keyring is empty (encryption not enabled)' : 'No keyring to modify (encryption not enabled)'), changed: false};
  }
  if (operation === 'list-keys') return {payload: listPayload(keyring, payloadBytesMax), changed: false};
  const bytes = Buffer.from(key, 'latin1');
  try {
    if (operation === 'install-key') keyring.install(bytes);
    else if (operation === 'use-key') keyring.use(bytes);
    else keyring.remove(bytes);
    return {payload: encode(true, ''), changed: true};
  } catch (error) {
    return {payload: encode(false, errorText(error)), changed: false};
  }
}

function listPayload(keyring: Keyring, payloadBytesMax: number): ByteString {
  const all = keyring.toBase64();
  const primary = all[0] ?? '';
  for (let count = Math.min(all.length, Math.floor(queryResponseBytesMax / keyListBytesPerKeyMin)); ; count--) {
    const message = count < all.length ? `truncated key list response, showing first ${count} of ${all.length} keys` : '';
    const payload = encode(true, message, all.slice(0, count), primary);
    if (payload.length <= payloadBytesMax || count === 0) return payload;
  }
}

function encode(result: boolean, message: string, keys: readonly string[] | null = null, primary = ''): ByteString {
  return KeyResponse.toMsgpack({Keys: keys, Message: message, PrimaryKey: primary, Result: result},
    {typeByte: serfType.keyResponse}).toString('latin1');
}
