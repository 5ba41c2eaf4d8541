import {filterLong} from '../acl/authorizer.ts';
import {mayReadEntry} from '../config-entry/entry-rights.ts';
import {type ConfigEntryKind} from '../config-entry/entries/kinds.ts';
import {messageOf} from '../config-entry/protobuf/config-entry.ts';
import {type ConfigEntry} from '../config-entry/schema.ts';
import {configEntriesOf, configEntry} from '../config-entry/state.ts';
import {entryOp, topic} from './messages.ts';
import {type Topic} from './topic.ts';

function entryTopic(name: string, kind: ConfigEntryKind): Topic<ConfigEntry> {
  return {
    name,
    subjects: 'both',
    *list(query, subject, authorizer) {
      const index = query.index('config-entries');
      const found = subject === '' ? configEntriesOf(query, kind) : [configEntry(query, kind, subject)].filter((entry) => entry !== undefined);
      const {kept} = yield* filterLong<ConfigEntry>(found, (entry) => mayReadEntry(authorizer, entry));
      return {items: kept, index};
    },
    keyOf: ({Name}) => Name.toLowerCase(),
    isSame: (a, b) => a === b,
    present: (entry) => ({ConfigEntry: {Op: entryOp.upsert, ConfigEntry: messageOf(entry)}}),
    gone: (entry) => ({ConfigEntry: {Op: entryOp.delete, ConfigEntry: messageOf(entry)}}),
  };
}

/** Limits by address are of Consul Enterprise: there are none, and none can be named. */
const rateLimits: Topic<never> = {
  name: 'IPRateLimit',
  subjects: 'wildcard',
  *list(query) {
    yield* [];
    return {items: [], index: query.index('config-entries')};
  },
  keyOf: () => '',
  isSame: () => true,
  present: () => ({}),
  gone: () => ({}),
};

/** Configuration entries, which may be followed by kind, one or all of them (rpc-raft.md §10). */
export const configEntryTopics: readonly (readonly [number, Topic<ConfigEntry> | Topic<never>])[] = [
  [topic.meshConfig, entryTopic('MeshConfig', 'mesh')],
  [topic.serviceResolver, entryTopic('ServiceResolver', 'service-resolver')],
  [topic.ingressGateway, entryTopic('IngressGateway', 'ingress-gateway')],
  [topic.serviceIntentions, entryTopic('ServiceIntentions', 'service-intentions')],
  [topic.serviceDefaults, entryTopic('ServiceDefaults', 'service-defaults')],
  [topic.apiGateway, entryTopic('APIGateway', 'api-gateway')],
  [topic.tcpRoute, entryTopic('TCPRoute', 'tcp-route')],
  [topic.httpRoute, entryTopic('HTTPRoute', 'http-route')],
  [topic.inlineCertificate, entryTopic('InlineCertificate', 'inline-certificate')],
  [topic.boundApiGateway, entryTopic('BoundAPIGateway', 'bound-api-gateway')],
  [topic.ipRateLimit, rateLimits],
  [topic.samenessGroup, entryTopic('SamenessGroup', 'sameness-group')],
  [topic.jwtProvider, entryTopic('JWTProvider', 'jwt-provider')],
  [topic.exportedServices, entryTopic('ExportedServices', 'exported-services')],
  [topic.fileSystemCertificate, entryTopic('FileSystemCertificate', 'file-system-certificate')],
];
