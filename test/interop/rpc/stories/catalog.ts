import {type Story, type Teller} from '../story.ts';

const register = ({put}: Teller, body: object) => put('/v1/catalog/register', body);
const deregister = ({put}: Teller, body: object) => put('/v1/catalog/deregister', body);
const node = (Node: string, more: object = {}) => ({Node, Address: '10.0.0.1', ...more});
const service = (Node: string, Service: object) => ({Node, Address: '10.0.0.1', SkipNodeUpdate: true, Service});
const sidecar = (name: string, more: object = {}) => ({Kind: 'connect-proxy', Service: `${name}-sidecar-proxy`, Port: 21000, Proxy: {DestinationServiceName: name}, ...more});

/** Nodes, instances and checks of every kind come, change and go. */
export const story: Story = {
  async run(teller) {
    await register(teller, node('NodeA'));
    await register(teller, node('NodeA'));
    await register(teller, node('nodea', {Address: '10.0.0.2'}));
    await register(teller, node('NodeB', {ID: '40e4a748-2192-161a-0510-9bf59fe950b5', NodeMeta: {a: '1'}, TaggedAddresses: {lan: '10.0.0.1'}, Locality: {Region: 'r', Zone: 'z'}}));
    await register(teller, service('NodeA', {Service: 'WebApp', Port: 80, Tags: ['a']}));
    await register(teller, service('NodeB', {Service: 'webapp', Port: 80, Weights: {Passing: 3, Warning: 2}, EnableTagOverride: true}));
    await register(teller, service('NodeA', {ID: 'db1', Service: 'db', Meta: {v: '1'}, TaggedAddresses: {wan: {Address: '1.2.3.4', Port: 9}}}));
    await register(teller, service('NodeA', {ID: 'db1', Service: 'DB', Meta: {v: '1'}}));
    await register(teller, service('NodeA', {ID: 'DB1', Service: 'db', SocketPath: '/x'}));
    await register(teller, service('NodeA', {ID: 'bad', Service: 'bad', Meta: {'': 'x'}}));
    await register(teller, {...node('NodeA'), SkipNodeUpdate: true, Check: {Node: 'NodeA', CheckID: 'c1', Name: 'c1', ServiceID: 'db1', Status: 'passing'}});
    await register(teller, {...node('NodeA'), SkipNodeUpdate: true, Checks: [{Node: 'NodeA', CheckID: 'C1', Name: 'c1', ServiceID: 'db1', Status: 'critical', Output: 'o'}, {Node: 'NodeA', CheckID: 'nodecheck', Name: 'n', Notes: 'y', Type: 'ttl', Interval: '10s', Timeout: '1s', Definition: {HTTP: 'http://x', Interval: '5s', Timeout: '1s', Header: {a: ['b']}}}]});
    await register(teller, {...node('NodeA'), SkipNodeUpdate: true, Check: {Node: 'NodeA', Name: 'named only'}});
    await register(teller, {...node('NodeA'), SkipNodeUpdate: true, Check: {Node: 'NodeA', CheckID: 'x', ServiceID: 'none'}});
    await register(teller, service('NodeA', sidecar('WebApp')));
    await register(teller, service('NodeB', sidecar('webapp', {Address: '10.0.0.9', Proxy: {DestinationServiceName: 'webapp', DestinationServiceID: 'w', LocalServicePort: 80, Upstreams: [{DestinationName: 'db', LocalBindPort: 91}, {DestinationName: 'geo', DestinationType: 'prepared_query', LocalBindPort: 92}], Config: {n: 1, f: 1.5, s: 'x', l: [1], o: {a: null}}, Expose: {Checks: true, Paths: [{Path: '/a', LocalPathPort: 1, ListenerPort: 2}]}, Mode: 'transparent', TransparentProxy: {OutboundListenerPort: 15001}}})));
    await register(teller, service('NodeB', {Service: 'Native', Port: 7, Connect: {Native: true}}));
    await register(teller, service('NodeB', {Service: 'Native', Port: 8, Connect: {Native: true}}));
    await register(teller, service('NodeB', {Service: 'Native', Port: 8}));
    await register(teller, service('NodeB', {Service: 'Native', Port: 8, Kind: 'connect-proxy', Proxy: {DestinationServiceName: 'other'}}));
    await register(teller, service('NodeB', {Service: 'Renamed', ID: 'Native', Port: 8}));
    await register(teller, service('NodeB', {Service: 'mesh-gw', Kind: 'mesh-gateway', Port: 443}));
    await register(teller, service('NodeB', {Service: 'odd', Kind: 'odd-kind', Port: 443}));
    await register(teller, service('NodeB', {Service: 'api-gw', Kind: 'api-gateway', Port: 444}));
    await register(teller, service('NodeA', sidecar('WebApp', {ID: 'second', Service: 'other-name'})));
    await register(teller, service('NodeA', sidecar('moved', {ID: 'second', Service: 'other-name'})));
    await deregister(teller, {Node: 'NodeB', ServiceID: 'webapp-sidecar-proxy'});
    await deregister(teller, {Node: 'NodeA', ServiceID: 'WebApp-sidecar-proxy'});
    await deregister(teller, {Node: 'NodeA', ServiceID: 'WebApp'});
    await deregister(teller, {Node: 'NodeB', ServiceID: 'webapp'});
    await deregister(teller, {Node: 'NodeA', ServiceID: 'second'});
    await deregister(teller, {Node: 'NodeA', CheckID: 'c1'});
    await deregister(teller, {Node: 'NodeA', CheckID: 'nodecheck'});
    await deregister(teller, {Node: 'NodeA', ServiceID: 'none'});
    await deregister(teller, {Node: 'none'});
    await register(teller, node('NodeRenamed', {ID: '40e4a748-2192-161a-0510-9bf59fe950b5'}));
    await register(teller, {...node('NodeC', {ID: '40e4a748-2192-161a-0510-9bf59fe950b6'}), Check: {CheckID: 'serfHealth', Name: 'serf', Status: 'passing'}});
    await register(teller, node('NodeC', {ID: '40e4a748-2192-161a-0510-9bf59fe950b7'}));
    await register(teller, service('NodeC', sidecar('reuse')));
    await register(teller, service('NodeC', sidecar('reuse2', {ID: 'r2'})));
    await register(teller, service('NodeC', {Service: 'reuse', Port: 1}));
    await register(teller, service('NodeC', {Service: 'only-plain', Port: 1}));
    await teller.put('/v1/internal/service-virtual-ip', {Service: 'reuse', ManualVIPs: ['1.2.3.4', '1.2.3.5']});
    await teller.put('/v1/internal/service-virtual-ip', {Service: 'reuse2', ManualVIPs: ['1.2.3.4']});
    await teller.put('/v1/internal/service-virtual-ip', {Service: 'nobody', ManualVIPs: ['1.2.3.4']});
    await teller.put('/v1/internal/service-virtual-ip', {Service: 'reuse2', ManualVIPs: ['1.2.3.4']});
    await teller.put('/v1/internal/service-virtual-ip', {Service: 'reuse2', ManualVIPs: []});
    await deregister(teller, {Node: 'NodeC', ServiceID: 'reuse'});
    await teller.quiet(300);
    await deregister(teller, {Node: 'NodeC'});
    await deregister(teller, {Node: 'NodeA'});
    await deregister(teller, {Node: 'NodeRenamed'});
    await register(teller, {...node('NodeD'), Service: {Service: 'consul', Port: 1}, Check: {Node: 'NodeD', CheckID: 'c', Name: 'c', ServiceID: 'consul'}});
    await teller.quiet(300);
  },
};
