import {type Method} from '../rpc/method.ts';
import {bool} from '../schema/types.ts';
import {IndexedDirEntries, IndexedKeyList, KeyListRequest, KeyRequest, KvsRequest} from './schema.ts';

export const kvsApply: Method<KvsRequest, boolean> = {name: 'KVS.Apply', kind: 'write', request: KvsRequest, response: bool};
export const kvsGet: Method<KeyRequest, IndexedDirEntries> = {name: 'KVS.Get', kind: 'read', request: KeyRequest, response: IndexedDirEntries};
export const kvsList: Method<KeyRequest, IndexedDirEntries> = {name: 'KVS.List', kind: 'read', request: KeyRequest, response: IndexedDirEntries};
export const kvsListKeys: Method<KeyListRequest, IndexedKeyList> = {name: 'KVS.ListKeys', kind: 'read', request: KeyListRequest, response: IndexedKeyList};
