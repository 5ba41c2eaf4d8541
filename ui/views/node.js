import {fill, h} from '../dom.js';
import {badge, checkList, countsOf, stateOf} from '../health.js';
import {addressOf, metaOf} from './service.js';

/** One node with what runs on it. */
export function nodeView(main, {link, datacenter, follow}, name) {
  follow(`/v1/internal/ui/node/${encodeURIComponent(name)}?dc=${encodeURIComponent(datacenter)}`, (node) => {
    const {Checks, Services, Meta, TaggedAddresses} = node;
    fill(
      main,
      h('p', {class: 'crumbs'}, link('nodes', '‹ Nodes')),
      h('div', {class: 'title'}, h('h1', null, node.Node), badge(stateOf(Checks)), h('span', {class: 'code quiet'}, node.Address)),
      h('h2', null, 'Services'),
      servicesTable(node, Services, Checks, link),
      h('h2', null, 'Checks'),
      checkList(Checks),
      section('Addresses', TaggedAddresses),
      section('Metadata', Meta),
      node.ID !== '' && [h('h2', null, 'Id'), h('p', {class: 'code'}, node.ID)],
    );
  });
}

function servicesTable(node, services, checks, link) {
  if (services.length === 0) return h('p', {class: 'quiet'}, 'No services run here.');
  const columns = ['State', 'Service', 'Instance', 'Address', 'Checks', 'Tags'];
  const rows = services.map((service) => {
    const own = checks.filter(({ServiceID}) => ServiceID === service.ID);
    return h(
      'tr',
      null,
      h('td', null, badge(stateOf(own))),
      h('td', null, link(`services/${encodeURIComponent(service.Service)}`, service.Service), ' ', service.Kind && h('span', {class: 'mark'}, service.Kind)),
      h('td', null, service.ID),
      h('td', {class: 'code'}, addressOf(service, node)),
      h('td', null, countsOf(own)),
      h('td', null, (service.Tags ?? []).map((tag) => h('span', {class: 'tag'}, tag))),
    );
  });
  const head = h('thead', null, h('tr', null, columns.map((column) => h('th', {scope: 'col'}, column))));
  return h('div', {class: 'table-frame'}, h('table', null, head, h('tbody', null, rows)));
}

function section(title, pairs) {
  const list = metaOf(pairs);
  return list && [h('h2', null, title), list];
}
