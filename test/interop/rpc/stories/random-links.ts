import {seededRandom} from '../../../../src/runtime/random.ts';
import {type Story, type Teller} from '../story.ts';

const writes = 620;
const restoreEvery = 40;
const names = ['a', 'b', 'c', 'Web'];
const nodes = ['n1', 'n2', 'N3'];
const ids = ['s0', 's1', 'x2'];
const gateways = ['terminating-gateway/gw0', 'terminating-gateway/gwt', 'ingress-gateway/gw1', 'ingress-gateway/gwi'];

/** Services, proxies, gateways and destinations of few names come, change and go at random, with restores in between. */
export const story: Story = {
  async run(teller) {
    const {put, restore} = teller;
    await put('/v1/config', {Kind: 'proxy-defaults', Name: 'global', Config: {protocol: 'http'}});
    const kinds = kindsOfWrites(teller, seededRandom(8));
    for (let count = 1; count <= writes; count++) {
      await kinds();
      if (count % restoreEvery === 0) await restore();
    }
  },
};

function kindsOfWrites({put, delete: remove}: Teller, random: ReturnType<typeof seededRandom>): () => Promise<unknown> {
  const below = (count: number) => random.below(count);
  const pick = <T>(choices: readonly T[]): T => choices[below(choices.length)] as T;
  const register = (Service: object) => put('/v1/catalog/register', {Node: pick(nodes), Address: '10.0.0.1', Service});
  const deregister = (more: object) => put('/v1/catalog/deregister', {Node: pick(nodes), ...more});
  const instance = (more: object = {}) => register({ID: pick(ids), Service: pick(names), Port: 1 + below(2), ...more});
  const upstreams = () => [...new Set(Array.from({length: below(3)}, () => pick(names)))].map((DestinationName, at) => ({
    DestinationName, LocalBindPort: 1000 + at, ...(below(8) === 0 && {DestinationType: 'prepared_query'}),
  }));
  const proxy = () => register({
    Kind: 'connect-proxy', ID: pick([...ids, 'p0', 'p1', 'p0', 'p1']), Service: `${pick(names)}-proxy`, Port: 2,
    Proxy: {DestinationServiceName: pick(names), Upstreams: upstreams()},
  });
  const some = () => [...new Set(Array.from({length: 1 + below(2)}, () => pick([...names, ...names, '*', '*'])))].map((Name) => ({Name}));
  const listeners = (Protocol: string) => Array.from({length: 1 + below(2)}, (_, at) => ({Port: 80 + at, Protocol, Services: Protocol === 'http' ? some() : [{Name: pick(names)}]}));
  const kinds: readonly (() => Promise<unknown>)[] = [
    instance, instance, () => instance({Connect: {Native: true}}), proxy, proxy,
    () => register({Kind: pick(['terminating-gateway', 'ingress-gateway', 'mesh-gateway']), ID: pick(['g0', 'g1']), Service: pick(['gw0', 'gw1', ...names]), Port: 3}),
    () => deregister({ServiceID: pick([...ids, 'p0', 'p1', 'g0'])}),
    () => deregister({ServiceID: pick([...ids, 'p0', 'p1', 'g1'])}),
    () => deregister(below(4) === 0 ? {} : {ServiceID: pick(ids)}),
    () => put('/v1/txn', [{Service: {Verb: pick(['set', 'delete']), Node: pick(nodes), Service: {ID: pick(ids), Service: pick(names), Port: 5}}}]),
    () => put('/v1/config', {Kind: 'terminating-gateway', Name: pick(['gw0', 'gwt']), Services: some()}),
    () => put('/v1/config', {Kind: 'ingress-gateway', Name: pick(['gw1', 'gwi']), Listeners: listeners(pick(['http', 'http', 'tcp']))}),
    () => remove(`/v1/config/${pick(gateways)}`),
    () => put('/v1/config', {
      Kind: 'service-defaults', Name: pick(names), ...pick([{}, {Protocol: 'tcp'}, {Protocol: 'http'}, {Protocol: 'tcp', Destination: {Addresses: ['e.com'], Port: 443}}]),
    }),
    () => remove(`/v1/config/service-defaults/${pick(names)}`),
    () => put('/v1/config', {Kind: 'proxy-defaults', Name: 'global', Config: {protocol: pick(['http', 'http', 'tcp'])}}),
  ];
  return () => pick(kinds)();
}
