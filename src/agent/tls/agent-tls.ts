import {createSecureContext, type SecureContext} from 'node:tls';
import {type RuntimeConfig, type TlsListenerConfig} from '../../config/runtime-config.ts';
import {ConsulError} from '../../consul-error.ts';
import {type NodeTlsOptions, NodeTls} from '../../rpc/net/node-tls.ts';
import {errorText} from '../../runtime/thrown.ts';
import {TlsAcceptor} from '../../runtime/tls-acceptor.ts';
import {systemRootsContext} from '../../health/tls-dial.ts';
import {secureContextOptions, type TlsMaterial} from '../../runtime/tls-material.ts';
import {readTlsFiles} from './tls-files.ts';

/** TLS of one of the listeners for clients. */
export interface ListenerTls {
  readonly material: TlsMaterial;
  /** Clients must show a certificate of one of the authorities. */
  readonly verifiesClients: boolean;
}

interface Loaded {
  readonly rpc: NodeTlsOptions;
  readonly https: ListenerTls;
  readonly grpc: ListenerTls;
  readonly checks: SecureContext | undefined;
}

/** The agent's certificates, keys and authorities, and where they are used (config.md §6.8). A reload reads the files again. */
export class AgentTls {
  /** Port 8300, in both directions. */
  readonly rpc: NodeTls;
  #loaded: Loaded;
  #https: TlsAcceptor;

  /** @throws ConsulError in Consul's words for files and settings that do not do */
  constructor(config: RuntimeConfig) {
    this.#loaded = load(config);
    this.rpc = new NodeTls(this.#loaded.rpc);
    this.#https = new TlsAcceptor(this.#loaded.https);
  }

  /** Handshakes of the HTTPS listener; another object after a reload. */
  get https(): TlsAcceptor {
    return this.#https;
  }

  /** What the gRPC listener with TLS goes by; another object after a reload. */
  get grpc(): ListenerTls {
    return this.#loaded.grpc;
  }

  /** What checks over TLS trust and show: this machine's roots, or with `enable_agent_tls_for_checks` what port 8300 goes by. */
  get checks(): SecureContext {
    return this.#loaded.checks ?? systemRootsContext();
  }

  /**
   * Reads the files of a new configuration.
   * @returns puts them into effect, for connections made and accepted from then on
   * @throws ConsulError as the constructor; nothing has changed then
   */
  prepare(config: RuntimeConfig): () => void {
    const loaded = load(config);
    const https = new TlsAcceptor(loaded.https);
    return () => {
      this.rpc.update(loaded.rpc);
      this.#loaded = loaded;
      this.#https = https;
    };
  }
}

/** The files that a configuration names, to be watched for changes. */
export function tlsPaths({tls}: RuntimeConfig): readonly string[] {
  const paths = [tls.internalRpc, tls.https, tls.grpc].flatMap(({caFile, caPath, certFile, keyFile}) => [caFile === '' ? caPath : caFile, certFile, keyFile]);
  return [...new Set(paths)].filter((path) => path !== '');
}

function load(config: RuntimeConfig): Loaded {
  const {tls, datacenter, dns} = config;
  const {internalRpc, https, grpc} = tls;
  const rpc = checked(internalRpc, config);
  return {
    rpc: {
      ...rpc,
      verifyIncoming: internalRpc.verifyIncoming,
      verifyOutgoing: internalRpc.verifyOutgoing,
      verifyServerHostname: internalRpc.verifyServerHostname,
      datacenter,
      domain: dns.domain.replace(/\.$/, ''),
    },
    https: {material: checked(https, config), verifiesClients: https.verifyIncoming},
    grpc: {material: checked(grpc, config), verifiesClients: grpc.verifyIncoming},
    checks: tls.enableAgentTlsForChecks ? createSecureContext(secureContextOptions(rpc)) : undefined,
  };
}

function checked(listener: TlsListenerConfig, {tls}: RuntimeConfig): TlsMaterial {
  const material = readTlsFiles(listener);
  const hasAuthorities = material.authorities.length > 0;
  if (listener.verifyOutgoing && !hasAuthorities) throw new ConsulError('VerifyOutgoing set but no CA certificates were provided');
  if (listener.verifyIncoming && !hasAuthorities) throw new ConsulError('VerifyIncoming set but no CA certificates were provided');
  if (listener.verifyIncoming && material.certificate === undefined && !tls.autoEncryptTls) {
    throw new ConsulError('VerifyIncoming requires either a Cert and Key pair in the configuration file, or auto_encrypt/auto_config be enabled');
  }
  try {
    createSecureContext(secureContextOptions(material));
  } catch (error) {
    throw new ConsulError(`TLS cannot be set up: ${errorText(error)}`);
  }
  return material;
}
