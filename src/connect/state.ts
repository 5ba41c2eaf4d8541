import {type Reader} from '../store/reader.ts';
import {defineTable} from '../store/table.ts';
import {type CAConfiguration, type CAConsulProviderState, type CARoot} from './schema.ts';

export const CARoots = defineTable({name: 'connect-ca-roots', key: (root: CARoot) => root.ID});
export const CAProviderStates = defineTable({name: 'connect-ca-builtin', key: (state: CAConsulProviderState) => state.ID});

/** The one configuration of the CA, as the only row of its table. */
export const CAConfig = defineTable({name: 'connect-ca-config', key: (_config: CAConfiguration) => ''});

/** The last serial number the CA gave out stands in the index table. */
export const serialIndex = 'connect-ca-builtin-serial';

/** How the certificate authority is set up; undefined before it first is. */
export function caConfiguration(reader: Reader): CAConfiguration | undefined {
  return reader.get(CAConfig, '');
}
