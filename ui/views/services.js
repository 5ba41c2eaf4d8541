import {h} from '../dom.js';
import {badge, byState, counts, stateOfCounts} from '../health.js';
import {listView} from '../list-view.js';

/** All services of a datacenter. */
export function servicesView(main, {link, datacenter, follow}) {
  const show = listView(main, {
    title: 'Services',
    columns: ['State', 'Service', 'Instances', 'Checks', 'Tags'],
    searchHint: 'Search names, tags, nodes',
    empty: 'No services are registered.',
    textOf: ({Name, Kind, Tags, Nodes}) => [Name, Kind ?? '', ...(Tags ?? []), ...(Nodes ?? [])].join(' '),
    stateOfRow: stateOfCounts,
    order: byState(stateOfCounts, ({Name}) => Name),
    row: (service) =>
      h(
        'tr',
        null,
        h('td', null, badge(stateOfCounts(service))),
        h('td', null, link(`services/${encodeURIComponent(service.Name)}`, service.Name), ' ', marks(service)),
        h('td', {class: 'number'}, String(service.InstanceCount)),
        h('td', null, counts(service.ChecksPassing, service.ChecksWarning, service.ChecksCritical)),
        h('td', null, (service.Tags ?? []).map((tag) => h('span', {class: 'tag'}, tag))),
      ),
  });
  follow(`/v1/internal/ui/services?dc=${encodeURIComponent(datacenter)}`, show);
}

/** What a service is beside an ordinary one. */
function marks({Kind, ConnectedWithProxy, ConnectedWithGateway, ConnectNative, ExternalSources}) {
  const names = [Kind, ConnectNative && 'mesh native', ConnectedWithProxy && 'has proxies', ConnectedWithGateway && 'behind a gateway', ...(ExternalSources ?? [])];
  return names.filter(Boolean).map((name) => h('span', {class: 'mark'}, name));
}
