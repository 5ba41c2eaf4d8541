import {type Story} from '../story.ts';

const instance = (Service: object) => ({Node: 'gw', Address: '10.0.0.1', SkipNodeUpdate: true, Service});

/** Which services that a terminating gateway's entry named no longer keep their virtual addresses. */
export const story: Story = {
  settleMs: 400,
  async run({put, delete: remove}) {
    const entry = (body: object) => put('/v1/config', body);
    const gateway = (Name: string, ...services: readonly string[]) => entry({Kind: 'terminating-gateway', Name, Services: services.map((service) => ({Name: service}))});
    const register = (service: object) => put('/v1/catalog/register', instance(service));
    const deregister = (ServiceID: string) => put('/v1/catalog/deregister', {Node: 'gw', ServiceID});
    await put('/v1/catalog/register', {Node: 'gw', Address: '10.0.0.1'});
    await gateway('term', '*');
    await gateway('term', 'a');
    await gateway('term', '*');
    await remove('/v1/config/terminating-gateway/term');
    await gateway('term', 'd', 'c', 'b', 'e');
    await gateway('term', 'e', 'f');
    await gateway('term');

    await gateway('term', 'Letters');
    await gateway('other', 'letters');
    await gateway('term', 'letters');
    await gateway('other');
    await gateway('term', 'LETTERS');

    await entry({Kind: 'service-resolver', Name: 'resolved', ConnectTimeout: '3s'});
    await entry({Kind: 'service-intentions', Name: '*', Sources: [{Name: 'x', Action: 'allow'}]});
    await gateway('term', 'resolved', '*');
    await gateway('term', 'a');
    await remove('/v1/config/service-intentions/*');
    await remove('/v1/config/service-resolver/resolved');

    await register({Service: 'plain', Port: 1});
    await register({Service: 'meshed-proxy', Kind: 'connect-proxy', Port: 3, Proxy: {DestinationServiceName: 'meshed'}});
    await gateway('term', 'plain', 'meshed', '*');
    await gateway('term', 'a');
    await deregister('plain');
    await deregister('meshed-proxy');
    await gateway('term', 'meshed', '*');
    await register({Service: 'plain', Port: 1});
    await deregister('plain');
    await gateway('term', 'a');

    await register({Service: 'term', Kind: 'terminating-gateway', Port: 8443});
    await gateway('term', 'g', 'h');
    await gateway('term', 'h', '*');
    await deregister('term');
    await register({Service: 'TERM', Port: 1});
    await gateway('term', 'i');
    await deregister('TERM');
    await register({Service: 'term-proxy', Kind: 'connect-proxy', Port: 3, Proxy: {DestinationServiceName: 'term'}});
    await gateway('term', 'j');
    await put('/v1/catalog/deregister', {Node: 'gw'});
  },
};
