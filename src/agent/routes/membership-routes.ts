import {demand, filterAllowed} from '../../acl/authorizer.ts';
import {ConsulError} from '../../consul-error.ts';
import {type Answer, emptyAnswer, jsonAnswer} from '../../http/answer.ts';
import {type ApiRequest} from '../../http/api-request.ts';
import {passing} from '../../filter/passing.ts';
import {refusePartition} from '../../http/enterprise.ts';
import {filteredHeaders} from '../../http/query-meta.ts';
import {type Route} from '../../http/route.ts';
import {drive} from '../../runtime/slices.ts';
import {errorText} from '../../runtime/thrown.ts';
import {indentJson} from '../../schema/go-json.ts';
import {type AgentPools} from '../gossip/agent-pools.ts';
import {type GossipPool} from '../gossip/gossip-pool.ts';
import {type AgentRouteOptions, authorizerOf} from './agent-access.ts';
import {memberFilter} from './agent-filters.ts';
import {shownMember} from './shown-member.ts';

export interface MembershipRouteOptions extends AgentRouteOptions {
  readonly pools: AgentPools;
  readonly isServer: boolean;
  /** Leaves the pools in order; the agent ends after the answer is sent. */
  readonly leave: () => Promise<void>;
}

/** `/v1/agent/members`, join, leave and force-leave (http-core.md §7.4, §7.7–§7.9). */
export function membershipRoutes(options: MembershipRouteOptions): readonly Route[] {
  return [
    {path: '/v1/agent/members', methods: {GET: (request) => members(options, request)}},
    {path: '/v1/agent/join/', methods: {PUT: (request) => join(options, request)}},
    {path: '/v1/agent/leave', methods: {PUT: (request) => leave(options, request)}},
    {path: '/v1/agent/force-leave/', methods: {PUT: (request) => forceLeave(options, request)}},
  ];
}

async function members(options: MembershipRouteOptions, request: ApiRequest): Promise<Answer> {
  refusePartition(request);
  const authorizer = await authorizerOf(request, options);
  const wan = request.query.get('wan') !== '';
  const segment = request.query.get('segment');
  if (wan && segment !== '' && segment !== '_all') throw new ConsulError('Cannot provide a segment with wan=true', 400);
  if (segment !== '' && segment !== '_all') throw new ConsulError('Network segments are not supported in this version of Consul');
  const pool = wan ? options.pools.wan : options.pools.lan;
  const test = memberFilter.compile(request.query.get('filter'));
  // An expression makes an empty list of none.
  if (pool === undefined) return jsonAnswer(`${test === undefined ? 'null' : '[]'}${request.jsonEnd}`);
  const {kept, dropped} = filterAllowed(pool.members(), ({name}) => authorizer.allows('node', 'read', nodeOf(name, wan)));
  const shown = kept.map(shownMember);
  const json = JSON.stringify(test === undefined ? shown : await drive(passing(shown, test)));
  return jsonAnswer((request.pretty ? indentJson(json) : json) + request.jsonEnd, filteredHeaders(request, options.defaults, dropped));
}

async function join(options: MembershipRouteOptions, request: ApiRequest): Promise<Answer> {
  refusePartition(request);
  demand(await authorizerOf(request, options), 'agent', 'write', options.local.nodeName);
  const pool = poolOf(options, request.query.get('wan') !== '', 'Must be a server to join WAN cluster');
  try {
    await pool.serf.join([request.suffix]);
  } catch (error) {
    throw new ConsulError(errorText(error));
  }
  return emptyAnswer;
}

async function leave(options: MembershipRouteOptions, request: ApiRequest): Promise<Answer> {
  demand(await authorizerOf(request, options), 'agent', 'write', options.local.nodeName);
  await options.leave();
  return emptyAnswer;
}

async function forceLeave(options: MembershipRouteOptions, request: ApiRequest): Promise<Answer> {
  refusePartition(request);
  demand(await authorizerOf(request, options), 'operator', 'write');
  const name = request.suffix;
  const prune = request.query.has('prune');
  const wan = request.query.has('wan');
  const pool = poolOf(options, wan, 'Must be a server to force-leave a node from the WAN cluster');
  if (!pool.members().some((member) => member.name === name)) throw new ConsulError(`agent: No node found with name '${name}'`);
  await pool.serf.forceLeave(name, prune);
  // A server that is gone from its datacenter is gone from all.
  const wanName = `${name}.${options.defaults.datacenter}`;
  if (!wan && options.pools.wan?.members().some((member) => member.name === wanName) === true) await options.pools.wan.serf.forceLeave(wanName, prune);
  return emptyAnswer;
}

function poolOf({pools, isServer}: MembershipRouteOptions, wan: boolean, refused: string): GossipPool {
  if (!wan) return pools.lan;
  if (pools.wan === undefined) throw new ConsulError(isServer ? 'WAN Federation is disabled' : refused);
  return pools.wan;
}

/** The node that a WAN name stands for. */
function nodeOf(name: string, wan: boolean): string {
  return wan ? name.slice(0, Math.max(0, name.lastIndexOf('.'))) : name;
}
