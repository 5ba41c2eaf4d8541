import {key} from './key-spec.ts';

const HEADER_SHAPE = {
  'name': key('string'),
  'value': key('string'),
} as const;

/** HTTP and the web UI (config.md §6.7). */
export const HTTP_KEYS = {
  'http_config.block_endpoints': key('strings'),
  'http_config.allow_write_http_from': key('strings', {flag: ['allow-write-http-from', 'A network, as CIDR, that may call write endpoints. Can be given several times.']}),
  'http_config.response_headers': key('stringMap'),
  'http_config.use_cache': key('bool', {default: true, effect: 'none yet'}),
  'http_config.max_header_bytes': key('int', {default: 0}),
  'ui_config.enabled': key('bool', {default: false, flag: ['ui', 'Serve the web UI.']}),
  'ui_config.dir': key('string', {flag: ['ui-dir', 'Folder of a web UI of your own.']}),
  'ui_config.content_path': key('string', {default: '/ui/', flag: ['ui-content-path', 'Path under which the web UI is served. By default /ui/']}),
  'ui_config.metrics_provider': key('string', {effect: 'none yet'}),
  'ui_config.metrics_provider_files': key('strings', {effect: 'none yet'}),
  'ui_config.metrics_provider_options_json': key('string', {effect: 'none yet'}),
  'ui_config.metrics_proxy.base_url': key('string', {effect: 'none yet'}),
  'ui_config.metrics_proxy.add_headers': key('blocks', {effect: 'none yet', shape: () => HEADER_SHAPE}),
  'ui_config.metrics_proxy.path_allowlist': key('strings', {effect: 'none yet'}),
  'ui_config.dashboard_url_templates': key('stringMap', {effect: 'none yet'}),
} as const;
