import {type Story} from '../story.ts';

/** Two clusters become peers, share services, and part. */
export const story: Story = {
  other: {},
  settleMs: 500,
  async run({put, post, delete: remove, other, get, quiet}) {
    const token = async () => (JSON.parse(await other('POST', '/v1/peering/token', {PeerName: 'here'})) as {PeeringToken: string}).PeeringToken;
    await post('/v1/peering/token', {PeerName: 'never', Meta: {a: 'b'}});
    await post('/v1/peering/token', {PeerName: 'never', Meta: {c: 'd'}});
    await put('/v1/peering/token', {PeerName: ''});
    await post('/v1/peering/establish', {PeerName: 'there', PeeringToken: await token(), Meta: {x: 'y'}});
    await quiet(1500);
    await get('/v1/peering/there');
    await other('PUT', '/v1/catalog/register', {Node: 'far', Address: '10.0.0.1', ID: '40e4a748-2192-161a-0510-9bf59fe950b5', Meta: undefined, Service: {Service: 'Shared', Port: 80, Connect: {Native: true}, Meta: {a: 'b'}}, Checks: [{CheckID: 'c', Name: 'c', Status: 'passing', ServiceID: 'Shared'}, {CheckID: 'n', Name: 'n', Status: 'passing'}]});
    await other('PUT', '/v1/config', {Kind: 'exported-services', Name: 'default', Services: [{Name: 'Shared', Consumers: [{Peer: 'here'}]}]});
    await quiet(1500);
    await other('PUT', '/v1/catalog/register', {Node: 'far', Address: '10.0.0.1', SkipNodeUpdate: true, Check: {CheckID: 'c', Name: 'c', Status: 'critical', ServiceID: 'Shared'}});
    await quiet(1500);
    await put('/v1/config', {Kind: 'service-intentions', Name: 'local', Sources: [{Name: 'Shared', Peer: 'there', Action: 'allow'}]});
    await put('/v1/catalog/register', {Node: 'near', Address: '10.0.0.2', Service: {Service: 'local', Port: 3, Connect: {Native: true}}});
    await put('/v1/config', {Kind: 'exported-services', Name: 'default', Services: [{Name: 'local', Consumers: [{Peer: 'there'}]}]});
    await put('/v1/catalog/register', {Node: 'near', Address: '10.0.0.2', SkipNodeUpdate: true, Service: {Service: 'a-proxy', Kind: 'connect-proxy', Port: 4, Proxy: {DestinationServiceName: 'a', Upstreams: [{DestinationName: 'Shared', DestinationPeer: 'there', LocalBindPort: 3}]}}});
    await other('PUT', '/v1/catalog/deregister', {Node: 'far', ServiceID: 'Shared'});
    await quiet(1500);
    await other('PUT', '/v1/catalog/register', {Node: 'far', Address: '10.0.0.1', SkipNodeUpdate: true, Service: {Service: 'Shared', Port: 81, Connect: {Native: true}}});
    await quiet(1500);
    await post('/v1/peering/token', {PeerName: 'back', ServerExternalAddresses: ['127.0.0.1:8503']});
    const accepted = JSON.parse(await post('/v1/peering/token', {PeerName: 'accepted'})) as {PeeringToken: string};
    await other('POST', '/v1/peering/establish', {PeerName: 'dialed', PeeringToken: accepted.PeeringToken});
    await quiet(2000);
    await get('/v1/peering/accepted');
    await post('/v1/peering/token', {PeerName: 'accepted'});
    await quiet(1000);
    await remove('/v1/peering/accepted');
    await other('PUT', '/v1/catalog/register', {Node: 'far', Address: '10.0.0.1', SkipNodeUpdate: true, Service: {Service: 'mgw', Kind: 'mesh-gateway', Port: 443}});
    await other('PUT', '/v1/catalog/register', {Node: 'far', Address: '10.0.0.1', SkipNodeUpdate: true, Service: {Service: 'Shared-sidecar-proxy', Kind: 'connect-proxy', Port: 20000, Proxy: {DestinationServiceName: 'Shared'}}});
    await quiet(2000);
    await put('/v1/internal/service-virtual-ip', {Service: 'local', ManualVIPs: ['1.2.3.4']});
    await remove('/v1/peering/never');
    await quiet(500);
    await other('DELETE', '/v1/peering/here', undefined);
    await quiet(3000);
    await remove('/v1/peering/there');
    await quiet(3000);
  },
};
