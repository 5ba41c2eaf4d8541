import {h} from './dom.js';

const words = {passing: 'Passing', warning: 'Warning', critical: 'Critical', none: 'No checks'};
const signs = {passing: '✓', warning: '!', critical: '✕', none: '–'};
const severity = ['critical', 'warning', 'passing', 'none'];

/** The state of what these checks speak for: the worst of theirs. */
export function stateOf(checks) {
  if (checks.some(({Status}) => Status === 'critical')) return 'critical';
  if (checks.some(({Status}) => Status === 'warning')) return 'warning';
  return checks.some(({Status}) => Status === 'passing') ? 'passing' : 'none';
}

/** The state of a service from the numbers of its checks. */
export function stateOfCounts({ChecksPassing, ChecksWarning, ChecksCritical}) {
  if (ChecksCritical > 0) return 'critical';
  if (ChecksWarning > 0) return 'warning';
  return ChecksPassing > 0 ? 'passing' : 'none';
}

/** The worst first; within a state by name. */
export function byState(stateOfRow, nameOfRow) {
  return (a, b) => severity.indexOf(stateOfRow(a)) - severity.indexOf(stateOfRow(b)) || nameOfRow(a).localeCompare(nameOfRow(b));
}

/** A state as a coloured word; the sign tells it without the colour. */
export function badge(state) {
  const known = state in words ? state : 'none';
  return h('span', {class: `badge ${known}`}, h('span', {'aria-hidden': 'true'}, signs[known]), ` ${words[state] ?? state}`);
}

/** The numbers of checks in each state, those that are not zero. */
export function counts(passing, warning, critical) {
  const part = (state, count) => count > 0 && h('span', {class: `count ${state}`, title: `${count} ${state}`}, `${signs[state]} ${count}`);
  return h('span', {class: 'counts'}, part('passing', passing), part('warning', warning), part('critical', critical));
}

/** Counts checks by their states. */
export function countsOf(checks) {
  const count = (state) => checks.filter(({Status}) => Status === state).length;
  return counts(count('passing'), count('warning'), count('critical'));
}

/** Checks with what they last said. */
export function checkList(checks) {
  if (checks.length === 0) return h('p', {class: 'quiet'}, 'No checks.');
  const sorted = [...checks].sort(byState(({Status}) => Status, ({Name, CheckID}) => Name || CheckID));
  return h('ul', {class: 'checks'}, sorted.map(checkItem));
}

function checkItem({CheckID, Name, Status, Output, Notes, ServiceName, Type}) {
  const about = [Type, ServiceName === '' ? 'node' : ServiceName].filter((word) => word !== '').join(' · ');
  return h(
    'li',
    null,
    h('div', {class: 'check-head'}, badge(Status), h('strong', null, Name || CheckID), h('span', {class: 'quiet'}, about)),
    Notes !== '' && h('p', {class: 'quiet'}, Notes),
    Output !== '' && h('pre', null, Output.trimEnd()),
  );
}
