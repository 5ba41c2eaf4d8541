import {type Authorizer} from '../acl/authorizer.ts';
import {type ConfigEntry} from './schema.ts';

/** Whether a token may see an entry (mesh.md §6). */
export function mayReadEntry(authorizer: Authorizer, {Kind, Name}: ConfigEntry): boolean {
  switch (Kind) {
    case 'mesh':
    case 'proxy-defaults':
    case 'sameness-group':
      return true;
    case 'service-intentions':
      return authorizer.allows('intention', 'read', Name);
    case 'exported-services':
    case 'http-route':
    case 'tcp-route':
    case 'inline-certificate':
    case 'file-system-certificate':
      return authorizer.allows('mesh', 'read', '');
    case 'jwt-provider':
      // Consul: whoever may write any service at all.
      return authorizer.allows('mesh', 'read', '') || authorizer.allows('service', 'write', '');
    default:
      return authorizer.allows('service', 'read', Name);
  }
}
