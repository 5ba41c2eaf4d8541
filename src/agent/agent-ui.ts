import {fileURLToPath} from 'node:url';
import {type RuntimeConfig} from '../config/runtime-config.ts';
import {UiPages} from '../http/ui-pages.ts';
import {type Logger} from '../runtime/logger.ts';

/** The web UI that an agent serves: the built-in one, unless the configuration names a folder, which is served without `enabled` too. */
export function agentUi({ui, http, datacenter}: RuntimeConfig, logger: Logger): UiPages {
  return new UiPages({
    enabled: ui.enabled || ui.dir !== '',
    folder: ui.dir || builtInFolder(),
    contentPath: ui.contentPath,
    variables: {ContentPath: ui.contentPath, LocalDatacenter: datacenter},
    responseHeaders: http.responseHeaders,
    failed: (method, url, from, error) => logger.error('Request error', {method, url, from, error}),
  });
}

/** The build puts the UI beside the bundle; run from source, it is in the tree. */
function builtInFolder(): string {
  return fileURLToPath(new URL(process.env.PROCONSUL_UI ?? '../../ui/', import.meta.url));
}
