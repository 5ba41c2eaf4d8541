import {h} from '../dom.js';
import {badge, byState, countsOf, stateOf} from '../health.js';
import {listView} from '../list-view.js';

/** All nodes of a datacenter. */
export function nodesView(main, {link, datacenter, follow, once}) {
  let leader = '';
  let nodes = [];
  const state = ({Checks}) => stateOf(Checks);
  const show = listView(main, {
    title: 'Nodes',
    columns: ['State', 'Node', 'Address', 'Services', 'Checks'],
    searchHint: 'Search names, addresses, services, metadata',
    empty: 'No nodes are registered.',
    textOf: ({Node, Address, Services, Meta}) => [Node, Address, ...Services.map(({Service}) => Service), ...Object.entries(Meta ?? {}).flat()].join(' '),
    stateOfRow: state,
    order: byState(state, ({Node}) => Node),
    row: (node) =>
      h(
        'tr',
        null,
        h('td', null, badge(state(node))),
        h('td', null, link(`nodes/${encodeURIComponent(node.Node)}`, node.Node), ' ', isLeader(node) && h('span', {class: 'mark leader'}, 'leader')),
        h('td', {class: 'code'}, node.Address),
        h('td', {class: 'number'}, String(node.Services.length)),
        h('td', null, countsOf(node.Checks)),
      ),
  });

  /** The leader's address is that of its server port. */
  function isLeader({Address, Services}) {
    return Services.some(({Service, Port}) => Service === 'consul' && (leader === `${Address}:${Port}` || leader === `[${Address}]:${Port}`));
  }

  follow(`/v1/internal/ui/nodes?dc=${encodeURIComponent(datacenter)}`, (all) => {
    nodes = all;
    show(nodes);
    once(`/v1/status/leader?dc=${encodeURIComponent(datacenter)}`, (address) => {
      if (address === leader) return;
      leader = address;
      show(nodes);
    });
  });
}
