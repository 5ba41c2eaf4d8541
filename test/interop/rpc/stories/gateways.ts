import {type Story} from '../story.ts';

const instance = (Service: object) => ({Node: 'gw', Address: '10.0.0.1', SkipNodeUpdate: true, Service});

/** Gateways and the services behind them: links, virtual addresses, kinds of names. */
export const story: Story = {
  settleMs: 400,
  async run({put, delete: remove}) {
    const entry = (body: object) => put('/v1/config', body);
    const register = (service: object) => put('/v1/catalog/register', instance(service));
    const deregister = (ServiceID: string) => put('/v1/catalog/deregister', {Node: 'gw', ServiceID});
    await register({Service: 'plain', Port: 1});
    await register({Service: 'Meshed', Port: 2});
    await register({Service: 'meshed-proxy', Kind: 'connect-proxy', Port: 3, Proxy: {DestinationServiceName: 'Meshed'}});
    await register({Service: 'term', Kind: 'terminating-gateway', Port: 8443});
    await entry({Kind: 'terminating-gateway', Name: 'term', Services: [{Name: 'plain', CAFile: '/ca'}]});
    await entry({Kind: 'terminating-gateway', Name: 'term', Services: [{Name: 'plain', CAFile: '/ca', SNI: 's'}, {Name: 'unregistered'}]});
    await register({Service: 'unregistered', Port: 4});
    await entry({Kind: 'terminating-gateway', Name: 'term', Services: [{Name: '*', CAFile: '/all'}, {Name: 'plain', CAFile: '/one'}]});
    await register({Service: 'later', Port: 4});
    await register({Service: 'later-native', Port: 4, Connect: {Native: true}});
    await deregister('later');
    await deregister('unregistered');
    await register({Service: 'term', Kind: 'terminating-gateway', Port: 8444});
    await register({ID: 'term2', Service: 'term', Kind: 'terminating-gateway', Port: 8445, TaggedAddresses: {wan: {Address: '1.1.1.1', Port: 1}}});
    await register({Service: 'later', Port: 5});
    await register({Service: 'term', Kind: 'terminating-gateway', Port: 8446});
    await entry({Kind: 'service-defaults', Name: 'dest', Destination: {Addresses: ['example.com'], Port: 443}});
    await entry({Kind: 'service-defaults', Name: 'dest2', Protocol: 'http', Destination: {Addresses: ['two.example.com'], Port: 443}});
    await entry({Kind: 'terminating-gateway', Name: 'term', Services: [{Name: 'dest'}, {Name: 'plain'}]});
    await remove('/v1/config/service-defaults/dest');
    await remove('/v1/config/service-defaults/dest2');
    await deregister('plain');
    await entry({Kind: 'terminating-gateway', Name: 'other-term', Services: [{Name: '*'}]});
    await deregister('term');
    await deregister('term2');
    await remove('/v1/config/terminating-gateway/term');
    await entry({Kind: 'ingress-gateway', Name: 'term', Listeners: []});
    await remove('/v1/config/terminating-gateway/other-term');
    await entry({Kind: 'proxy-defaults', Name: 'global', Config: {protocol: 'http'}});
    await entry({Kind: 'ingress-gateway', Name: 'ing', Listeners: [{Port: 80, Protocol: 'http', Services: [{Name: 'meshed', Hosts: ['a.example.com']}, {Name: 'plain'}]}]});
    await register({Service: 'ing', Kind: 'ingress-gateway', Port: 80});
    await entry({Kind: 'ingress-gateway', Name: 'ing', Listeners: [{Port: 80, Protocol: 'http', Services: [{Name: '*'}]}, {Port: 81, Protocol: 'tcp', Services: [{Name: 'meshed'}]}]});
    await entry({Kind: 'ingress-gateway', Name: 'ing', Listeners: [{Port: 80, Protocol: 'http', Services: [{Name: '*'}]}]});
    await register({Service: 'new-meshed', Port: 2, Connect: {Native: true}});
    await register({Service: 'new-proxy', Kind: 'connect-proxy', Port: 3, Proxy: {DestinationServiceName: 'newer'}});
    await deregister('new-proxy');
    await deregister('new-meshed');
    await entry({Kind: 'proxy-defaults', Name: 'global', Config: {protocol: 'tcp'}});
    await entry({Kind: 'service-defaults', Name: 'meshed', Protocol: 'grpc'});
    await remove('/v1/config/ingress-gateway/ing');
    await remove('/v1/config/service-defaults/meshed');
    await entry({Kind: 'api-gateway', Name: 'api', Listeners: [{Name: 'one', Port: 8080, Protocol: 'http'}, {Name: 'two', Port: 8081, Protocol: 'tcp'}]});
    await register({Service: 'api', Kind: 'api-gateway', Port: 8080});
    await entry({Kind: 'http-route', Name: 'route', Parents: [{Kind: 'api-gateway', Name: 'api', SectionName: 'one'}], Rules: [{Services: [{Name: 'meshed'}]}]});
    await entry({Kind: 'tcp-route', Name: 'tcp', Parents: [{Kind: 'api-gateway', Name: 'api'}], Services: [{Name: 'plain'}]});
    await entry({Kind: 'service-resolver', Name: 'plain', ConnectTimeout: '3s'});
    await remove('/v1/config/http-route/route');
    await entry({Kind: 'api-gateway', Name: 'api', Listeners: [{Name: 'two', Port: 8081, Protocol: 'tcp'}]});
    // In this order: of routes whose gateway goes, the leader changes its own copy in place, outside of the log.
    await remove('/v1/config/tcp-route/tcp');
    await remove('/v1/config/api-gateway/api');
    await put('/v1/catalog/deregister', {Node: 'gw'});
  },
};
