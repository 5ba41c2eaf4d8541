import {fill, h} from '../dom.js';
import {badge, checkList, countsOf, stateOf} from '../health.js';
import {listView} from '../list-view.js';

/** The instances of one service. */
export function serviceView(main, {link, datacenter, follow}, name) {
  const open = new Set();
  const show = listView(main, {
    title: name,
    columns: ['State', 'Instance', 'Node', 'Address', 'Checks', 'Tags'],
    searchHint: 'Search instances, nodes, addresses, tags',
    empty: 'This service has no instances.',
    textOf: ({Service, Node}) => [Service.ID, Node.Node, addressOf(Service, Node), ...(Service.Tags ?? [])].join(' '),
    stateOfRow: ({Checks}) => stateOf(Checks),
    order: ({Node: a, Service: s}, {Node: b, Service: t}) => a.Node.localeCompare(b.Node) || s.ID.localeCompare(t.ID),
    row: ({Service, Node, Checks}) => {
      const key = `${Node.Node}\0${Service.ID}`;
      const details = h('tr', {class: 'details', hidden: !open.has(key)}, h('td', {colspan: '6'}, checkList(Checks), metaOf(Service.Meta)));
      const toggle = h(
        'button',
        {type: 'button', class: 'link', 'aria-expanded': String(open.has(key)), onclick: () => {
          details.hidden = !details.hidden;
          toggle.setAttribute('aria-expanded', String(!details.hidden));
          if (details.hidden) open.delete(key);
          else open.add(key);
        }},
        Service.ID,
      );
      return [
        h(
          'tr',
          null,
          h('td', null, badge(stateOf(Checks))),
          h('td', null, toggle),
          h('td', null, link(`nodes/${encodeURIComponent(Node.Node)}`, Node.Node)),
          h('td', {class: 'code'}, addressOf(Service, Node)),
          h('td', null, countsOf(Checks)),
          h('td', null, (Service.Tags ?? []).map((tag) => h('span', {class: 'tag'}, tag))),
        ),
        details,
      ];
    },
  });
  main.prepend(h('p', {class: 'crumbs'}, link('services', '‹ Services')));
  follow(`/v1/health/service/${encodeURIComponent(name)}?dc=${encodeURIComponent(datacenter)}`, show);
}

/** Where an instance listens; without an address of its own, at its node's. */
export function addressOf({Address, Port, SocketPath}, node) {
  if (SocketPath) return SocketPath;
  const host = Address || node.Address;
  if (!Port) return host;
  return host.includes(':') ? `[${host}]:${Port}` : `${host}:${Port}`;
}

/** Pairs of metadata, or nothing where there are none. */
export function metaOf(meta) {
  const pairs = Object.entries(meta ?? {}).sort(([a], [b]) => a.localeCompare(b));
  if (pairs.length === 0) return null;
  const list = h('dl', {class: 'meta'});
  fill(list, pairs.map(([key, value]) => [h('dt', null, key), h('dd', null, value)]));
  return list;
}
