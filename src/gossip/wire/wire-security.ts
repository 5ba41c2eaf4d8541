import {type Keyring} from './keyring.ts';

/** How a pool's bytes are protected; packets and streams share it. */
export interface WireSecurity {
  /** Null or empty: no encryption. */
  readonly keyring: Keyring | null;
  readonly verifyIncoming: boolean;
  readonly verifyOutgoing: boolean;
  /** Empty: none; a labelled packet is then refused. */
  readonly label: string;
}

/** Whether there are keys. */
export function isEncrypted(security: WireSecurity): boolean {
  return security.keyring?.primary !== undefined;
}
