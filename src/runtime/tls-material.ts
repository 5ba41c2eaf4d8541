import {type SecureContextOptions, type SecureVersion} from 'node:tls';

/** What one side of TLS works with; all PEM. */
export interface TlsMaterial {
  /** Undefined: this side has nothing to show. Always together with the key. */
  readonly certificate?: string | Buffer;
  readonly key?: string | Buffer;
  /** By whom the other side's certificate must be signed; empty: by whom this machine trusts. */
  readonly authorities: readonly (string | Buffer)[];
  /** Absent: TLS 1.2, Go's and Consul's default. */
  readonly minVersion?: SecureVersion;
  /** OpenSSL's names, for versions before 1.3; absent: what Node offers. */
  readonly ciphers?: string;
}

/** The same, as Node wants it. */
export function secureContextOptions({certificate, key, authorities, minVersion = 'TLSv1.2', ciphers}: TlsMaterial): SecureContextOptions {
  return {
    ...(certificate !== undefined && {cert: certificate}),
    ...(key !== undefined && {key}),
    ...(authorities.length > 0 && {ca: [...authorities]}),
    minVersion,
    ...(ciphers !== undefined && {ciphers}),
  };
}
