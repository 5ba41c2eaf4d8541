import {filterLong} from '../acl/authorizer.ts';
import {healthFilter} from '../catalog/requests.ts';
import {mayReadService} from '../catalog/rights.ts';
import {CheckServiceNode, Node} from '../catalog/schema.ts';
import {gatherInstances, gatherServices} from '../catalog/service-queries.ts';
import {folded} from '../catalog/tables.ts';
import {collect} from '../runtime/slices.ts';
import {configEntryTopics} from './config-entry-topics.ts';
import {healthOp, topic} from './messages.ts';
import {type Topic} from './topic.ts';

function healthTopic(name: string, connect: boolean): Topic<CheckServiceNode> {
  return {
    name,
    subjects: 'named',
    *list(query, subject, authorizer) {
      const selection = {name: subject, connect, tags: [], address: '', nodeMeta: null, peer: ''};
      const {value, index} = yield* gatherInstances(query, selection, healthFilter.all);
      const {kept} = yield* filterLong(value, (item) => mayReadService(authorizer, item.Node?.Node ?? '', item.Service?.Service ?? ''));
      return {items: kept, index};
    },
    keyOf: ({Node: node, Service}) => folded(node?.Node ?? '', Service?.ID ?? ''),
    isSame: (a, b) => a.Node === b.Node && a.Service === b.Service && areSame(a.Checks ?? [], b.Checks ?? []),
    present: (item) => ({ServiceHealth: {Op: healthOp.register, CheckServiceNode: item}}),
    gone: ({Node: node, Service}) => {
      const keys = CheckServiceNode.make({Node: Node.make({Node: node?.Node ?? ''}), Service});
      return {ServiceHealth: {Op: healthOp.deregister, CheckServiceNode: keys}};
    },
  };
}

const serviceList: Topic<string> = {
  name: 'ServiceList',
  subjects: 'wildcard',
  *list(query, _subject, authorizer) {
    const {value, index} = yield* gatherServices(query, null);
    return {items: yield* collect(value.keys(), (name) => (authorizer.allows('service', 'read', name) ? name : undefined)), index};
  },
  // Services are told apart without regard to capitals; who follows keeps the name that was told first, as in Consul.
  keyOf: (name) => folded(name),
  isSame: () => true,
  present: (Name) => ({Service: {Op: healthOp.register, Name, PeerName: ''}}),
  gone: (Name) => ({Service: {Op: healthOp.deregister, Name, PeerName: ''}}),
};

/** Rows are replaced, never changed: the same row is the same state. */
function areSame(a: readonly unknown[], b: readonly unknown[]): boolean {
  return a.length === b.length && a.every((row, at) => row === b[at]);
}

/** The topics that are served, by number. */
export const topics: ReadonlyMap<number, Topic<never>> = new Map<number, Topic<never>>([
  [topic.serviceHealth, healthTopic('ServiceHealth', false) as Topic<never>],
  [topic.serviceHealthConnect, healthTopic('ServiceHealthConnect', true) as Topic<never>],
  [topic.serviceList, serviceList as Topic<never>],
  ...configEntryTopics.map(([number, of]) => [number, of as Topic<never>] as const),
]);
