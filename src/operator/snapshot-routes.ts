import {Readable} from 'node:stream';
import {ConsulError} from '../consul-error.ts';
import {type Answer} from '../http/answer.ts';
import {type ApiRequest} from '../http/api-request.ts';
import {metaHeaders} from '../http/query-meta.ts';
import {type ReadDefaults, writeOptions} from '../http/query-options.ts';
import {type Route} from '../http/route.ts';
import {type SnapshotExchange, snapshotOp, type SnapshotReply} from '../rpc/snapshot-exchange.ts';

export interface SnapshotRouteOptions {
  readonly snapshots: SnapshotExchange;
  readonly defaults: ReadDefaults;
}

/** `/v1/snapshot` (http-core.md §16). */
export function snapshotRoutes(options: SnapshotRouteOptions): readonly Route[] {
  return [{path: '/v1/snapshot', methods: {GET: (request) => save(options, request), PUT: (request) => restore(options, request)}}];
}

async function save(options: SnapshotRouteOptions, request: ApiRequest): Promise<Answer> {
  const {response, archive} = await exchange(options, request, snapshotOp.save, Readable.from([]));
  return {status: 200, body: archive, contentType: 'application/x-gzip', headers: metaHeaders(response)};
}

async function restore(options: SnapshotRouteOptions, request: ApiRequest): Promise<Answer> {
  const {archive} = await exchange(options, request, snapshotOp.restore, request.raw);
  archive.resume();
  return {status: 200, body: '', contentType: 'application/octet-stream'};
}

async function exchange({snapshots, defaults}: SnapshotRouteOptions, request: ApiRequest, Op: number, archive: Readable): Promise<SnapshotReply> {
  const {Datacenter, Token} = writeOptions(request, defaults);
  // Of the options of reads only this one means anything here (seen at 1.21.4).
  const AllowStale = request.query.has('stale');
  const reply = await snapshots.exchange({Datacenter, Token, AllowStale, Op}, archive);
  if (reply.response.Error === '') return reply;
  reply.archive.destroy();
  throw new ConsulError(reply.response.Error);
}
