import {ApiError, follow, get, token} from './api.js';
import {fill, h} from './dom.js';
import {nodeView} from './views/node.js';
import {nodesView} from './views/nodes.js';
import {serviceView} from './views/service.js';
import {servicesView} from './views/services.js';

const base = new URL(document.baseURI).pathname;
const ownDatacenter = document.querySelector('meta[name=proconsul-datacenter]').content;
const main = document.getElementById('main');

/** Pages by the first word behind the datacenter: the list, and one of its things. */
const pages = {
  services: {title: 'Services', list: servicesView, one: serviceView},
  nodes: {title: 'Nodes', list: nodesView, one: nodeView},
};

/** Ends what the page before was following. */
let leave = new window.AbortController();

/** Addresses are `<base><datacenter>/<page>/<name>`; what follows a name is of no account here. */
function placeOf(pathname) {
  const [datacenter = '', page = '', name = ''] = pathname.slice(base.length).split('/').map(decodeURIComponent);
  return {datacenter: datacenter || ownDatacenter, page: Object.hasOwn(pages, page) ? page : 'services', name};
}

function pathTo(datacenter, rest) {
  return `${base}${encodeURIComponent(datacenter)}/${rest}`;
}

function linkTo(path, text, properties) {
  return h('a', {href: path, ...properties}, text);
}

function render() {
  leave.abort();
  leave = new window.AbortController();
  const {signal} = leave;
  const {datacenter, page, name} = placeOf(location.pathname);
  drawBar(datacenter, page);
  const {title, list, one} = pages[page];
  document.title = `${name || title} · ${datacenter} · Proconsul`;
  fill(main, h('p', {class: 'quiet loading'}, 'Loading…'));
  const context = {
    datacenter,
    link: (rest, text) => linkTo(pathTo(datacenter, rest), text),
    follow: (path, onData) => {
      const onError = (error) => notice(error);
      void follow(path, {signal, onError, onData: (data) => {
        clearNotice();
        onData(data);
      }});
    },
    once: (path, onData) => void get(path, signal).then(onData, (error) => signal.aborted || notice(error)),
  };
  clearNotice();
  if (name === '') list(main, context);
  else one(main, context, name);
}

function drawBar(datacenter, page) {
  const items = Object.entries(pages).map(([key, {title}]) => linkTo(pathTo(datacenter, key), title, {'aria-current': key === page ? 'page' : null}));
  fill(document.getElementById('nav'), items);
  document.getElementById('home').href = pathTo(datacenter, 'services');
}

/** Says above the page what went wrong. Data that was there stays, as it was when it was last heard. */
function notice(error) {
  clearNotice();
  const text = error instanceof ApiError ? error.message : 'The agent cannot be reached. Trying again…';
  const isMissing = error instanceof ApiError && error.status === 404;
  const shown = isMissing ? 'This is not there (any more).' : text;
  document.querySelector('.loading')?.remove();
  main.before(h('div', {class: 'notice', id: 'notice', role: 'alert'}, shown));
}

function clearNotice() {
  document.getElementById('notice')?.remove();
}

function drawSettings() {
  const {datacenter} = placeOf(location.pathname);
  const choose = h('select', {'aria-label': 'Datacenter', onchange: () => go(pathTo(choose.value, placeOf(location.pathname).page))}, h('option', {value: datacenter}, datacenter));
  const secret = h('input', {type: 'password', autocomplete: 'off', 'aria-label': 'ACL token', placeholder: 'ACL token', value: token.get()});
  const save = (event) => {
    event.preventDefault();
    token.set(secret.value.trim());
    details.open = false;
    render();
  };
  const details = h('details', {class: 'token'}, h('summary', null, 'Token'), h('form', {onsubmit: save}, secret, h('button', {type: 'submit'}, 'Use')));
  fill(document.getElementById('settings'), choose, details);
  get('/v1/catalog/datacenters').then(
    (names) => fill(choose, names.map((name) => h('option', {value: name, selected: name === datacenter}, name))),
    (error) => notice(error),
  );
}

function go(path) {
  window.history.pushState(null, '', path);
  render();
}

document.addEventListener('click', (event) => {
  const anchor = event.target.closest('a[href]');
  const isPlain = event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey;
  if (anchor === null || !isPlain || anchor.origin !== location.origin || !anchor.pathname.startsWith(base) || anchor.hash !== '') return;
  event.preventDefault();
  go(anchor.pathname);
  main.focus();
});
document.addEventListener('keydown', (event) => {
  if (event.key !== '/' || event.target.matches('input, select, textarea')) return;
  event.preventDefault();
  document.getElementById('search')?.focus();
});
window.addEventListener('popstate', render);

drawSettings();
render();
