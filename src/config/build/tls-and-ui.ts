import {ConfigError} from '../config-error.ts';
import {type PathsOf} from '../keys/all-keys.ts';
import {type RuntimeConfig, type TlsListenerConfig} from '../runtime-config.ts';
import {type MergedValues} from './merged-values.ts';

const TLS_VERSIONS = ['TLS_AUTO', 'TLSv1_0', 'TLSv1_1', 'TLSv1_2', 'TLSv1_3'];
const CIPHER = /^TLS_ECDHE_(ECDSA|RSA)_WITH_(AES_128_CBC_SHA|AES_256_CBC_SHA|AES_128_GCM_SHA256|AES_256_GCM_SHA384|CHACHA20_POLY1305_SHA256)$/;

type Section = 'defaults' | 'internal_rpc' | 'https' | 'grpc';
type TextField = 'ca_file' | 'ca_path' | 'cert_file' | 'key_file' | 'tls_min_version' | 'tls_cipher_suites';
type FlagField = 'verify_incoming' | 'verify_outgoing';

/** The TLS keys, tls.defaults folded into each listener (config.md §6.8). Faults go to the values' errors. */
export function buildTls(values: MergedValues): RuntimeConfig['tls'] {
  if (values.has('tls.grpc.verify_outgoing')) values.errors.push('verify_outgoing is not valid in the tls.grpc stanza');
  if (values.has('tls.https.verify_server_hostname') || values.has('tls.grpc.verify_server_hostname')) {
    values.errors.push('verify_server_hostname is only valid in the tls.defaults and tls.internal_rpc stanzas');
  }
  if (['defaults', 'internal_rpc', 'https'].some((section) => values.has(`tls.${section}.use_auto_cert`))) {
    values.errors.push('use_auto_cert is only valid in the tls.grpc stanza');
  }
  for (const section of ['defaults', 'internal_rpc', 'https', 'grpc'] as const) checkSection(values, section);
  refusePlainGrpc(values);
  const verifyServerHostname = values.bool('tls.internal_rpc.verify_server_hostname', values.bool('tls.defaults.verify_server_hostname'));
  const internalRpc = listener(values, 'internal_rpc');
  return {
    internalRpc: {...internalRpc, verifyServerHostname, verifyOutgoing: internalRpc.verifyOutgoing || verifyServerHostname},
    https: listener(values, 'https'),
    grpc: {...listener(values, 'grpc'), useAutoCert: values.bool('tls.grpc.use_auto_cert')},
    serverName: values.text('server_name'),
    enableAgentTlsForChecks: values.bool('enable_agent_tls_for_checks'),
    autoEncryptTls: values.bool('auto_encrypt.tls'),
    autoEncryptAllowTls: values.bool('auto_encrypt.allow_tls'),
  };
}

/** Since 1.14 a gRPC port of its own is for TLS; who has not heard of it would serve without. @throws ConfigError */
function refusePlainGrpc(values: MergedValues): void {
  const hasCertificate = values.text('tls.grpc.cert_file') !== '' || (!values.has('tls.grpc.cert_file') && values.text('tls.defaults.cert_file') !== '');
  if (!hasCertificate || values.number('ports.grpc', -1) <= 0 || values.has('ports.grpc_tls')) return;
  throw new ConfigError('the `ports.grpc` listener no longer supports TLS. Use `ports.grpc_tls` instead. This message is appearing because GRPC is configured to use TLS, but `ports.grpc_tls` is not defined');
}

function listener(values: MergedValues, section: Exclude<Section, 'defaults'>): TlsListenerConfig {
  const text = (field: TextField): string => {
    const path: PathsOf<'string'> = `tls.${section}.${field}`;
    return values.has(path) ? values.text(path) : values.text(`tls.defaults.${field}`);
  };
  const flag = (field: FlagField): boolean => values.bool(`tls.${section}.${field}`, values.bool(`tls.defaults.${field}`));
  return {
    caFile: text('ca_file'),
    caPath: text('ca_path'),
    certFile: text('cert_file'),
    keyFile: text('key_file'),
    minVersion: text('tls_min_version') || 'TLSv1_2',
    cipherSuites: ciphers(text('tls_cipher_suites')),
    verifyIncoming: flag('verify_incoming'),
    verifyOutgoing: section === 'grpc' ? false : flag('verify_outgoing'),
  };
}

function ciphers(text: string): readonly string[] {
  return text.split(',').map((cipher) => cipher.trim()).filter((cipher) => cipher !== '');
}

function checkSection(values: MergedValues, section: Section): void {
  const version = values.text(`tls.${section}.tls_min_version`);
  if (version !== '' && !TLS_VERSIONS.includes(version)) {
    values.errors.push(`tls.${section}.tls_min_version: invalid TLS version: no matching TLS version found for ${version}, please specify one of [${TLS_VERSIONS.join(', ')}]`);
  }
  const suites = ciphers(values.text(`tls.${section}.tls_cipher_suites`));
  if (suites.length > 0 && version === 'TLSv1_3') values.errors.push(`tls.${section}.tls_cipher_suites: TLS 1.3 cipher suites are not configurable`);
  const unknown = suites.find((suite) => !CIPHER.test(suite));
  if (unknown !== undefined) {
    values.errors.push(`tls.${section}.tls_cipher_suites: invalid TLS cipher suites: no matching Consul Agent TLS cipher suite found for ${unknown}`);
  }
}

/** The web UI's keys (config.md §6.7). */
export function buildUi(values: MergedValues): RuntimeConfig['ui'] {
  const provider = values.text('ui_config.metrics_provider');
  const allowlist = values.texts('ui_config.metrics_proxy.path_allowlist');
  const path = values.text('ui_config.content_path').replace(/^\/+|\/+$/g, '');
  return {
    enabled: values.bool('ui_config.enabled'),
    dir: values.text('ui_config.dir'),
    contentPath: path === '' ? '/' : `/${path}/`,
    metricsProvider: provider,
    metricsProviderFiles: values.texts('ui_config.metrics_provider_files'),
    metricsProviderOptionsJson: values.text('ui_config.metrics_provider_options_json'),
    metricsProxy: {
      baseUrl: values.text('ui_config.metrics_proxy.base_url'),
      addHeaders: values.blocks('ui_config.metrics_proxy.add_headers').map((block) => ({name: (block.get('name') as string | undefined) ?? '', value: (block.get('value') as string | undefined) ?? ''})),
      pathAllowlist: allowlist.length === 0 && provider === 'prometheus' ? ['/api/v1/query', '/api/v1/query_range'] : allowlist,
    },
    dashboardUrlTemplates: values.textMap('ui_config.dashboard_url_templates'),
  };
}
