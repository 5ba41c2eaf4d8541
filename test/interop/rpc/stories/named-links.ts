import {type Story} from '../story.ts';

const instance = (Service: object) => ({Node: 'gw', Address: '10.0.0.1', SkipNodeUpdate: true, Service});

/** Gateways that name a service hear of its instances, and nothing of the proxies before it. */
export const story: Story = {
  settleMs: 400,
  async run({put, delete: remove}) {
    const entry = (body: object) => put('/v1/config', body);
    const terminating = (Service: string) => entry({Kind: 'terminating-gateway', Name: 'term', Services: [{Name: Service}]});
    const register = (Service: string, more: object = {}) => put('/v1/catalog/register', instance({Service, Port: 1, ...more}));
    const proxy = (name: string) => register(`${name}-proxy`, {Kind: 'connect-proxy', Proxy: {DestinationServiceName: name}});
    const native = (name: string, more: object = {}) => register(name, {Connect: {Native: true}, ...more});
    const deregister = (ServiceID: string) => put('/v1/catalog/deregister', {Node: 'gw', ServiceID});
    const comeAndGo = async (name: string): Promise<void> => {
      await proxy(name);
      await deregister(`${name}-proxy`);
      await register(name);
      await proxy(name);
      await deregister(`${name}-proxy`);
      await proxy(name);
      await deregister(name);
      await deregister(`${name}-proxy`);
      await native(name);
      await register(name, {ID: 'plain'});
      await deregister(name);
      await native(name);
      await proxy(name);
      await deregister('plain');
      await deregister(`${name}-proxy`);
      await proxy(name);
      await deregister(name);
      await deregister(`${name}-proxy`);
    };
    await entry({Kind: 'ingress-gateway', Name: 'ing', Listeners: [{Port: 80, Protocol: 'tcp', Services: [{Name: 'a'}]}]});
    await comeAndGo('a');
    await terminating('a');
    await comeAndGo('a');
    await remove('/v1/config/ingress-gateway/ing');
    await comeAndGo('a');
    await terminating('*');
    await comeAndGo('b');
    await register('d');
    await register('d', {ID: 'gateway', Kind: 'mesh-gateway'});
    await native('d', {ID: 'native'});
    await deregister('d');
    await deregister('gateway');
    await deregister('native');
    await put('/v1/catalog/deregister', {Node: 'gw'});
  },
};
