import {describe, expect, test} from 'vitest';
import {type SourceIntention, SourceIntention as Source} from '../../src/config-entry/entries/intentions.ts';
import {configEntry} from '../../src/config-entry/state.ts';
import {systemMetadata} from '../../src/config-entry/system-metadata.ts';
import {Intention, IntentionRequest} from '../../src/intention/schema.ts';
import {LegacyIntentions} from '../../src/intention/state.ts';
import {Applying} from '../fsm/applying.ts';

const value = (Name: string, more: Partial<SourceIntention> = {}) => Source.make({Name, Action: 'allow', ...more});

function mutation(Op: string, destination: string, source: string, Value: SourceIntention | null = null, ID = ''): IntentionRequest {
  return IntentionRequest.make({Datacenter: 'dc1', Op, Mutation: {ID, Destination: {Name: destination}, Source: {Name: source}, Value}});
}

const sourcesOf = (applying: Applying, name: string) => configEntry(applying.view, 'service-intentions', name)?.body.Sources?.map((source) => `${source?.Name}:${source?.Action}:${source?.Precedence}`);

describe('an intention', () => {
  test('is one source of its destination’s entry, the most precise first', async () => {
    const applying = new Applying();
    for (const name of ['*', 'a', 'b']) await applying.apply(12, IntentionRequest, mutation('upsert', 'web', name, value(name)));
    await applying.apply(12, IntentionRequest, mutation('upsert', 'WEB', 'a', value('a', {Action: 'deny'})));
    expect(sourcesOf(applying, 'web')).toEqual(['a:deny:9', 'b:allow:9', '*:allow:8']);
    expect(configEntry(applying.view, 'service-intentions', 'web')?.body).toMatchObject({Name: 'web', CreateIndex: 1, ModifyIndex: 4});
  });

  test('takes the entry with it when it is the last', async () => {
    const applying = new Applying();
    await applying.apply(12, IntentionRequest, mutation('upsert', 'web', 'a', value('a')));
    await applying.apply(12, IntentionRequest, mutation('delete', 'web', 'none'));
    expect(sourcesOf(applying, 'web')).toEqual(['a:allow:9']);
    await applying.apply(12, IntentionRequest, mutation('delete', 'web', 'a'));
    expect(sourcesOf(applying, 'web')).toBeUndefined();
    expect(applying.view.indexOf('config-entries')).toBe(3);
  });

  test('that is none changes nothing', async () => {
    const applying = new Applying();
    expect(String(await applying.apply(12, IntentionRequest, mutation('upsert', 'web', 'a', value('a', {Action: 'maybe'}))))).toContain("Sources[0].Action must be set to 'allow' or 'deny'");
    expect(applying.view.indexOf('config-entries')).toBe(0);
  });

  test('for requests is refused where there are only connections', async () => {
    const applying = new Applying();
    const permission = {Action: 'allow', HTTP: {PathExact: '/', PathPrefix: '', PathRegex: '', Header: null, Methods: null}, JWT: null};
    const result = await applying.apply(12, IntentionRequest, mutation('upsert', 'web', 'a', value('a', {Action: '', Permissions: [permission]})));
    expect(String(result)).toContain('service "web" has protocol "tcp", which is incompatible with L7 intentions permissions');
  });
});

describe('an intention with an id', () => {
  const legacy = (name: string, LegacyID: string) => value(name, {LegacyID, Type: 'consul'});

  test('is changed and deleted by it', async () => {
    const applying = new Applying();
    await applying.apply(12, IntentionRequest, mutation('create', 'web', '', legacy('a', 'id-a')));
    await applying.apply(12, IntentionRequest, mutation('create', 'web', '', legacy('b', 'id-b')));
    await applying.apply(12, IntentionRequest, mutation('update', '', '', {...legacy('c', ''), Action: 'deny'}, 'id-a'));
    expect(sourcesOf(applying, 'web')).toEqual(['c:deny:9', 'b:allow:9']);
    await applying.apply(12, IntentionRequest, mutation('delete', '', '', null, 'id-a'));
    expect(sourcesOf(applying, 'web')).toEqual(['b:allow:9']);
    expect(String(await applying.apply(12, IntentionRequest, mutation('update', '', '', legacy('c', ''), 'id-a')))).toContain("Cannot modify non-existent intention: 'id-a'");
  });

  test('loses it when one without is written beside it, and finds no company any more', async () => {
    const applying = new Applying();
    await applying.apply(12, IntentionRequest, mutation('create', 'web', '', legacy('a', 'id-a')));
    await applying.apply(12, IntentionRequest, mutation('upsert', 'web', 'b', value('b')));
    expect(configEntry(applying.view, 'service-intentions', 'web')?.body.Sources?.[0]?.LegacyID).toBe('');
    expect(String(await applying.apply(12, IntentionRequest, mutation('create', 'web', '', legacy('c', 'id-c'))))).toContain('cannot use legacy intention API');
  });
});

test('intentions of servers before 1.9 are kept until the leader has carried them over', async () => {
  const applying = new Applying();
  const old = (Op: string, ID = 'x') => applying.apply(12, IntentionRequest, IntentionRequest.make({Op, Intention: Intention.make({ID, SourceName: 'a', DestinationName: 'b'})}));
  await old('create');
  await old('update');
  expect(applying.view.get(LegacyIntentions, 'x')).toMatchObject({CreateIndex: 1, ModifyIndex: 2});
  await applying.apply(12, IntentionRequest, IntentionRequest.make({Op: 'delete-all'}));
  expect(applying.view.size(LegacyIntentions)).toBe(0);
  expect(systemMetadata(applying.view, 'intention-format')).toBe('config-entry');
  expect(await old('create')).toBeInstanceOf(Error);
});
