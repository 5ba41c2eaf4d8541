import {expect, test} from 'vitest';
import {DeregisterRequest, NodeService, RegisterRequest} from '../../src/catalog/schema.ts';
import {Checks, Nodes, Services} from '../../src/catalog/tables.ts';
import {lockedBy} from '../../src/kv/state.ts';
import {isSliced} from '../../src/runtime/slices.ts';
import {type Type} from '../../src/schema/type.ts';
import {cascades} from '../../src/server/cascades.ts';
import {commands} from '../../src/server/state-machine.ts';
import {Session, SessionRequest} from '../../src/session/schema.ts';
import {Sessions} from '../../src/session/state.ts';
import {type View} from '../../src/store/view.ts';
import {idOf, Registry} from './registry.ts';

const services = 300;
const locks = 640;

/** Applies an entry step by step. @returns how many steps it had, and what the published state showed meanwhile and after */
function stepByStep<Body, T>(registry: Registry, type: number, codec: Type<Body>, body: Body, see: (view: View) => T): {steps: number; seen: T[]} {
  const command = commands.find((each) => each.type === type);
  const {store} = registry;
  const tx = store.begin();
  const index = ++registry.index;
  const work = command?.apply({tx, index, neighbours: cascades, emit: () => undefined}, command.decode(codec.toMsgpack(body)));
  if (!isSliced(work)) throw new Error('the command is not sliced');
  const seen: T[] = [];
  let steps = 0;
  const look = (): void => {
    const now = see(store.view());
    if (seen.at(-1) !== now) seen.push(now);
  };
  while (work.next().done !== true) {
    steps++;
    look();
  }
  tx.publish();
  look();
  return {steps, seen};
}

test('a node with many services goes in many steps, and is seen whole or not at all', async () => {
  const registry = new Registry();
  await registry.node('n1');
  for (let i = 0; i < services; i++) {
    const Service = NodeService.make({ID: `s${i}`, Service: `web-${i}`});
    await registry.propose(0, RegisterRequest, RegisterRequest.make({Node: 'n1', SkipNodeUpdate: true, Service}));
  }
  const see = (view: View): string => `${view.size(Nodes)} nodes, ${view.size(Services)} services, ${view.size(Checks)} checks`;
  const {steps, seen} = stepByStep(registry, 1, DeregisterRequest, DeregisterRequest.make({Node: 'n1'}), see);
  expect(seen).toEqual([`1 nodes, ${services} services, 1 checks`, '0 nodes, 0 services, 0 checks']);
  expect(steps).toBeGreaterThanOrEqual(services);
});

test('a session lets go of many locks in many steps, and is seen to hold all of them or none', async () => {
  const registry = new Registry();
  await registry.node('n1');
  await registry.create({ID: idOf(1), Node: 'n1'});
  for (let i = 0; i < locks; i++) await registry.lock(`lock/${i}`, idOf(1));
  const see = (view: View): string => `${view.size(Sessions)} sessions, ${lockedBy(view, idOf(1)).length} locks`;
  const destroy = SessionRequest.make({Op: 'destroy', Session: Session.make({ID: idOf(1)})});
  const {steps, seen} = stepByStep(registry, 3, SessionRequest, destroy, see);
  expect(seen).toEqual([`1 sessions, ${locks} locks`, '0 sessions, 0 locks']);
  expect(steps).toBeGreaterThanOrEqual(locks / 64);
});
