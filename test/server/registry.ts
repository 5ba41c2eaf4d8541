import {HealthCheck, HealthCheckDefinition, NodeService, DeregisterRequest, RegisterRequest} from '../../src/catalog/schema.ts';
import {DirEntry, KvsRequest} from '../../src/kv/schema.ts';
import {getEntry} from '../../src/kv/state.ts';
import {PreparedQuery, PreparedQueryRequest} from '../../src/query/schema.ts';
import {Session, SessionRequest} from '../../src/session/schema.ts';
import {Replica} from './replica.ts';

type Made<T extends {make: (fields: never) => unknown}> = Parameters<T['make']>[0];

/** A replica, and the entries that tests of sessions write: nodes, checks, sessions, locks. */
export class Registry extends Replica {
  /** Registers a node, and checks on it: `serfHealth` passes unless told otherwise. */
  async node(Node: string, checks: readonly Made<typeof HealthCheck>[] = []): Promise<void> {
    const given = [{CheckID: 'serfHealth', Name: 'Serf Health Status', Status: 'passing'}, ...checks];
    const Checks = given.map((check) => HealthCheck.make({Name: check.CheckID ?? '', Status: 'passing', Node, ...check}));
    await this.propose(0, RegisterRequest, RegisterRequest.make({Node, Address: '10.0.0.1', Checks}));
  }

  async service(Node: string, Service: string): Promise<void> {
    await this.propose(0, RegisterRequest, RegisterRequest.make({Node, SkipNodeUpdate: true, Service: NodeService.make({ID: Service, Service})}));
  }

  async check(Node: string, CheckID: string, Status: string, more: Made<typeof HealthCheck> = {}): Promise<void> {
    const Check = HealthCheck.make({Node, CheckID, Name: CheckID, Status, ...more});
    await this.propose(0, RegisterRequest, RegisterRequest.make({Node, Address: '10.0.0.1', SkipNodeUpdate: true, Check}));
  }

  deregister(Node: string, more: Made<typeof DeregisterRequest> = {}): Promise<unknown> {
    return this.propose(1, DeregisterRequest, DeregisterRequest.make({Node, ...more}));
  }

  create(session: Made<typeof Session>): Promise<unknown> {
    return this.propose(3, SessionRequest, SessionRequest.make({Op: 'create', Session: Session.make(session)}));
  }

  destroy(ID: string): Promise<unknown> {
    return this.propose(3, SessionRequest, SessionRequest.make({Op: 'destroy', Session: Session.make({ID})}));
  }

  lock(Key: string, Session: string): Promise<unknown> {
    return this.propose(2, KvsRequest, KvsRequest.make({Op: 'lock', DirEnt: DirEntry.make({Key, Session, Value: 'v'})}));
  }

  query(ID: string, Session: string): Promise<unknown> {
    return this.propose(7, PreparedQueryRequest, PreparedQueryRequest.make({Op: 'create', Query: PreparedQuery.make({ID, Session})}));
  }

  entry(key: string): DirEntry | undefined {
    return this.store.query((query) => getEntry(query, key)).value.value;
  }
}

/** A check that follows sessions of a name. */
export function followerOf(CheckID: string, SessionName: string): Made<typeof HealthCheck> {
  return {CheckID, Status: 'critical', Type: 'session', Definition: {...HealthCheckDefinition.zero(), SessionName}};
}

/** A session id: UUIDs are told apart by their last digits. */
export function idOf(n: number): string {
  return `aaaaaaaa-bbbb-cccc-dddd-${n.toString(16).padStart(12, '0')}`;
}
