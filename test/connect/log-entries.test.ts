import {expect, test} from 'vitest';
import {CAConfiguration, CAConsulProviderState, CALeafRequest, CARequest, CARoot} from '../../src/connect/schema.ts';
import {caConfiguration, CAProviderStates, CARoots} from '../../src/connect/state.ts';
import {Applying} from '../fsm/applying.ts';

const request = (Op: string, more: Partial<CARequest> = {}) => CARequest.make({Op, ...more});
const root = (ID: string, Active: boolean) => CARoot.make({ID, Active});

test('roots are replaced only by who saw the last ones, and one of them is active', async () => {
  const applying = new Applying();
  expect(await applying.apply(13, CARequest, request('set-roots', {Roots: [root('a', true)]}))).toBe(true);
  expect(await applying.apply(13, CARequest, request('set-roots', {Roots: [root('b', true)]}))).toBe(false);
  expect(String(await applying.apply(13, CARequest, request('set-roots', {Index: 1, Roots: [root('a', true), root('b', true)]})))).toContain('exactly one active CA root');
  expect(await applying.apply(13, CARequest, request('set-roots', {Index: 1, Roots: [root('a', false), root('b', true)]}))).toBe(true);
  expect(applying.view.all(CARoots).toArray().map(({ID, Active, CreateIndex}) => [ID, Active, CreateIndex])).toEqual([['a', false, 1], ['b', true, 4]]);
});

test('the configuration keeps its cluster, and can be set only by who saw it', async () => {
  const applying = new Applying();
  const config = (more: Partial<CAConfiguration>) => request('set-config', {Config: CAConfiguration.make({Provider: 'consul', ...more})});
  await applying.apply(13, CARequest, config({ClusterID: 'c'}));
  expect(await applying.apply(13, CARequest, config({ModifyIndex: 9}))).toBe(false);
  expect(await applying.apply(13, CARequest, config({ModifyIndex: 1}))).toBe(true);
  expect(caConfiguration(applying.view)).toMatchObject({ClusterID: 'c', CreateIndex: 1, ModifyIndex: 3});
});

test('serial numbers count on from the state of the provider that was there before the first, whatever came in between', async () => {
  const applying = new Applying();
  await applying.apply(13, CARequest, request('set-provider-state', {ProviderState: CAConsulProviderState.make({ID: 's'})}));
  for (let i = 0; i < 2; i++) await applying.apply(21, CALeafRequest, CALeafRequest.make({Op: 'increment-index'}));
  const next = () => applying.apply(13, CARequest, request('increment-provider-serial'));
  expect([await next(), await next(), await next()]).toEqual([2, 3, 4]);
  expect(await applying.apply(21, CALeafRequest, CALeafRequest.make({Op: 'increment-index'}))).toBe(7);
  expect(await next()).toBe(5);
});

test('the state of the built-in CA comes and goes', async () => {
  const applying = new Applying();
  await applying.apply(13, CARequest, request('set-provider-state', {ProviderState: CAConsulProviderState.make({ID: 's', PrivateKey: 'k'})}));
  expect(applying.view.get(CAProviderStates, 's')).toMatchObject({PrivateKey: 'k', ModifyIndex: 1});
  await applying.apply(13, CARequest, request('delete-provider-state', {ProviderState: CAConsulProviderState.make({ID: 's'})}));
  expect(applying.view.size(CAProviderStates)).toBe(0);
  expect(String(await applying.apply(13, CARequest, request('odd')))).toContain("Invalid CA operation 'odd'");
});
