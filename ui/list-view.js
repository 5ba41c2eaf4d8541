import {fill, h} from './dom.js';

const rowsAtFirst = 200;

/**
 * A page with a table that can be searched: the words are looked for in what `textOf` gives, a state is chosen from a list.
 * @returns `show(rows)`, to be called with all rows each time they change
 */
export function listView(main, {title, columns, searchHint, textOf, stateOfRow, order, row, empty}) {
  let rows = [];
  let shownMax = rowsAtFirst;
  const query = new window.URLSearchParams(location.search);
  const search = h('input', {type: 'search', placeholder: searchHint, 'aria-label': searchHint, value: query.get('q') ?? '', id: 'search', oninput: changed});
  const states = ['', 'passing', 'warning', 'critical', 'none'];
  const labels = ['All states', 'Passing', 'Warning', 'Critical', 'No checks'];
  const state = h('select', {'aria-label': 'State', onchange: changed}, states.map((value, i) => h('option', {value, selected: value === (query.get('state') ?? '')}, labels[i])));
  const total = h('span', {class: 'quiet', role: 'status'});
  const body = h('tbody');
  const more = h('div', {class: 'more'});
  fill(
    main,
    h('div', {class: 'title'}, h('h1', null, title), total),
    h('div', {class: 'filters'}, search, state),
    h('div', {class: 'table-frame'}, h('table', null, h('thead', null, h('tr', null, columns.map((name) => h('th', {scope: 'col'}, name)))), body)),
    more,
  );

  function changed() {
    shownMax = rowsAtFirst;
    const parameters = new window.URLSearchParams();
    if (search.value !== '') parameters.set('q', search.value);
    if (state.value !== '') parameters.set('state', state.value);
    const text = parameters.toString();
    window.history.replaceState(null, '', location.pathname + (text === '' ? '' : `?${text}`));
    draw();
  }

  function draw() {
    const words = search.value.toLowerCase().split(/\s+/).filter((word) => word !== '');
    const found = rows.filter((each) => {
      if (state.value !== '' && stateOfRow(each) !== state.value) return false;
      const text = textOf(each).toLowerCase();
      return words.every((word) => text.includes(word));
    });
    total.textContent = found.length === rows.length ? `${rows.length} in total` : `${found.length} of ${rows.length}`;
    const none = h('tr', null, h('td', {colspan: String(columns.length), class: 'quiet empty'}, rows.length === 0 ? empty : 'Nothing matches.'));
    fill(body, found.length === 0 ? none : found.slice(0, shownMax).map(row));
    fill(more, found.length > shownMax && h('button', {type: 'button', onclick: showMore}, `Show more (${found.length - shownMax} left)`));
  }

  function showMore() {
    shownMax *= 4;
    draw();
  }

  return (all) => {
    rows = [...all].sort(order);
    draw();
  };
}
