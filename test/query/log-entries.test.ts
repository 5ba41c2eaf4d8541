import {expect, test} from 'vitest';
import {RegisterRequest} from '../../src/catalog/schema.ts';
import {PreparedQuery, PreparedQueryRequest} from '../../src/query/schema.ts';
import {PreparedQueries} from '../../src/query/state.ts';
import {Session, SessionRequest} from '../../src/session/schema.ts';
import {Applying} from '../fsm/applying.ts';

const write = (applying: Applying, Op: string, query: Partial<PreparedQuery>) => applying.apply(7, PreparedQueryRequest, PreparedQueryRequest.make({Op, Query: PreparedQuery.make(query)}));

test('a name belongs to one query, whatever its capitals; templates have names apart', async () => {
  const applying = new Applying();
  expect(await write(applying, 'create', {ID: '1', Name: 'Geo'})).toBeNull();
  expect(String(await write(applying, 'create', {ID: '2', Name: 'geo'}))).toContain("name 'geo' aliases an existing query name");
  expect(await write(applying, 'create', {ID: '3', Name: 'geo', Template: {Type: 'name_prefix_match', Regexp: '', RemoveEmptyTags: false}})).toBeNull();
  expect(await write(applying, 'update', {ID: '1', Name: 'other'})).toBeNull();
  expect(await write(applying, 'create', {ID: '2', Name: 'geo'})).toBeNull();
  expect(applying.view.get(PreparedQueries, '1')).toMatchObject({CreateIndex: 1, ModifyIndex: 4});
});

test('a query bound to a session goes with it; one of a session that is not there is refused', async () => {
  const applying = new Applying();
  expect(String(await write(applying, 'create', {ID: '1', Session: 's'}))).toContain('invalid session "s"');
  await applying.apply(0, RegisterRequest, RegisterRequest.make({Node: 'n', Address: '10.0.0.1'}));
  await applying.apply(3, SessionRequest, SessionRequest.make({Op: 'create', Session: Session.make({ID: 's', Node: 'n'})}));
  expect(await write(applying, 'create', {ID: '1', Session: 's'})).toBeNull();
  await applying.apply(3, SessionRequest, SessionRequest.make({Op: 'destroy', Session: Session.make({ID: 's'})}));
  expect(applying.view.size(PreparedQueries)).toBe(0);
  expect(applying.view.indexOf('prepared-queries')).toBe(applying.index);
});

test('what is not there is deleted without a trace', async () => {
  const applying = new Applying();
  expect(await write(applying, 'delete', {ID: 'none'})).toBeNull();
  expect(applying.view.indexOf('prepared-queries')).toBe(0);
});
