import {expect, test} from 'vitest';
import {eventIndex, ReceivedEvents} from '../../src/event/received-events.ts';
import {UserEvent} from '../../src/event/schema.ts';

function eventsOf(services: readonly {readonly name: string; readonly tags: readonly string[]}[] = []): ReceivedEvents {
  return new ReceivedEvents({nodeName: 'web-1', services: () => services});
}

test('the last 256 events are kept, the oldest first', () => {
  const events = eventsOf();
  for (let number = 0; number < 300; number++) events.receive(UserEvent.make({ID: String(number), Name: number % 2 === 0 ? 'even' : 'odd'}));
  expect(events.list('').map(({ID}) => Number(ID))).toEqual(Array.from({length: 256}, (_, at) => at + 44));
  expect(events.list('odd')).toHaveLength(128);
});

test.each([
  [{NodeFilter: '^web-'}, true],
  [{NodeFilter: '^db-'}, false],
  [{ServiceFilter: 'api'}, true],
  [{ServiceFilter: 'mail'}, false],
  [{ServiceFilter: 'api', TagFilter: '^v2$'}, true],
  [{ServiceFilter: 'api', TagFilter: '^v3$'}, false],
  [{ServiceFilter: 'web', TagFilter: '^v2$'}, false],
  [{NodeFilter: '('}, false],
])('an event with %o is taken: %s', (filters, isTaken) => {
  const events = eventsOf([{name: 'api', tags: ['v1', 'v2']}, {name: 'web', tags: []}]);
  events.receive(UserEvent.make({ID: '1', Name: 'e', ...filters}));
  expect(events.list('')).toHaveLength(isTaken ? 1 : 0);
});

test('a wait ends at the next event that is taken, and only then', () => {
  const events = eventsOf();
  const woken: string[] = [];
  events.onNext(() => woken.push('first'));
  const stop = events.onNext(() => woken.push('stopped'));
  stop();
  events.receive(UserEvent.make({ID: '1', NodeFilter: '^db-'}));
  expect(woken).toEqual([]);
  events.receive(UserEvent.make({ID: '2'}));
  events.receive(UserEvent.make({ID: '3'}));
  expect(woken).toEqual(['first']);
});

test('the index of a list is made of the last id, and is 1 for none', () => {
  expect(eventIndex(undefined)).toBe(1n);
  expect(eventIndex(UserEvent.make({ID: '00000000-0000-0001-0000-000000000002'}))).toBe(3n);
});

test('orders of `consul exec` are not listed', () => {
  const events = eventsOf();
  events.receive(UserEvent.make({ID: '1', Name: '_rexec'}));
  expect(events.list('')).toEqual([]);
});
