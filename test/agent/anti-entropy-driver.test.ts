import {describe, expect, it} from 'vitest';
import {AntiEntropyDriver} from '../../src/agent/local/anti-entropy-driver.ts';
import {LocalState} from '../../src/agent/local/local-state.ts';
import {catalogDeregister, catalogRegister} from '../../src/catalog/methods.ts';
import {type DeregisterRequest, type RegisterRequest} from '../../src/catalog/schema.ts';
import {ConsulError} from '../../src/consul-error.ts';
import {type Method} from '../../src/rpc/method.ts';
import {type Router} from '../../src/rpc/router.ts';
import {silentLogger} from '../../src/runtime/logger.ts';
import {seededRandom} from '../../src/runtime/random.ts';
import {SimulatedClock} from '../../src/runtime/simulated-clock.ts';
import {check, nodeInfo, origin, service} from './simulated-sync.ts';

/** Servers that note what they are asked, and refuse as they are told. */
class NotingServers implements Router {
  readonly asked: string[] = [];
  refuse: (method: string) => string | undefined = () => undefined;

  async call<Req, Res>(method: Method<Req, Res>, request: Req): Promise<Res> {
    const {name} = method;
    this.asked.push(`${name}${subjectOf(name, request)}`);
    const refusal = this.refuse(name);
    if (refusal !== undefined) throw new ConsulError(refusal);
    return Promise.resolve(method.response.zero());
  }
}

function subjectOf(name: string, request: unknown): string {
  if (name === catalogDeregister.name) return ` ${(request as DeregisterRequest).ServiceID}`;
  return name === catalogRegister.name ? ` ${(request as RegisterRequest).Service?.ID ?? 'node'}` : '';
}

function driver(): {clock: SimulatedClock; state: LocalState; servers: NotingServers; sync: AntiEntropyDriver} {
  const clock = new SimulatedClock();
  const state = new LocalState({checkUpdateIntervalMs: 0, discardCheckOutput: false});
  const servers = new NotingServers();
  const tokens = {agent: () => '', registration: () => ''};
  const sync = new AntiEntropyDriver({state, node: nodeInfo, tokens, router: servers, clock, random: seededRandom(1), logger: silentLogger});
  return {clock, state, servers, sync};
}

describe('the driver of anti-entropy', () => {
  it('asks, writes, and says when all that waited has been tried', async () => {
    const {state, servers, sync} = driver();
    state.putService(service('web'), origin);
    state.putCheck(check('c', 'web'), origin);
    sync.start();
    await sync.tried();
    expect(servers.asked).toEqual(['Catalog.NodeServiceList', 'Health.NodeChecks', 'Catalog.Register node', 'Catalog.Register web']);
    expect(state.service('web')?.mark).toBe('synced');
    state.removeService('web');
    state.removeCheck('c');
    await sync.tried();
    expect(servers.asked.at(-1)).toBe('Catalog.Deregister web');
    expect(state.heldService('web')).toBeUndefined();
  });

  it('takes nothing out of the catalog before the definitions are loaded, even if a server is found meanwhile', async () => {
    const {clock, state, servers, sync} = driver();
    sync.members(3);
    sync.hopeful();
    clock.advance(60_000);
    expect(servers.asked).toEqual([]);
    state.putService(service('web'), origin);
    sync.start();
    await sync.tried();
    expect(servers.asked.slice(0, 2)).toEqual(['Catalog.NodeServiceList', 'Health.NodeChecks']);
    expect(servers.asked.at(-1)).toBe('Catalog.Register web');
  });

  it('does not keep a registration waiting for servers that refuse, and tries again later', async () => {
    const {clock, state, servers, sync} = driver();
    servers.refuse = () => 'No cluster leader';
    state.putService(service('web'), origin);
    sync.start();
    await sync.tried();
    expect(state.service('web')?.mark).toBe('failed');
    servers.refuse = () => undefined;
    clock.advance(30_000);
    state.putService(service('db'), origin);
    await sync.tried();
    expect(state.services().map(({mark}) => mark)).toEqual(['synced', 'synced']);
  });

  it('takes a service for removed that the catalog does not know, and a denial for an answer', async () => {
    const {state, servers, sync} = driver();
    state.putService(service('web'), origin);
    state.putService(service('db'), origin);
    sync.start();
    await sync.tried();
    servers.refuse = (method) => (method === catalogDeregister.name ? "Unknown service ID 'web'" : 'Permission denied: lacks permission');
    state.removeService('web');
    state.putService(service('db', {Port: 5}), origin);
    await sync.tried();
    expect(state.heldService('web')).toBeUndefined();
    expect(state.service('db')?.mark).toBe('synced');
  });

  it('keeps nobody waiting while it is paused or after it is stopped', async () => {
    const {state, servers, sync} = driver();
    sync.start();
    await sync.tried();
    sync.pause();
    state.putService(service('web'), origin);
    await sync.tried();
    sync.resume();
    await sync.tried();
    expect(servers.asked.at(-1)).toBe('Catalog.Register web');
    state.putService(service('db'), origin);
    const waiting = sync.tried();
    sync.stop();
    await waiting;
    expect(servers.asked).not.toContain('Catalog.Register db');
  });
});
