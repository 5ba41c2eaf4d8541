import {type QueryOutcome} from '../rpc/query-outcome.ts';
import {collect, type Sliced} from '../runtime/slices.ts';
import {type Query} from '../store/query.ts';
import {type Reader} from '../store/reader.ts';
import {type CatalogSummary, type HealthSummary} from './internal-schema.ts';
import {type CheckServiceNode, type HealthCheck} from './schema.ts';
import {checksOf, joinNodesAndChecks} from './service-queries.ts';
import {Checks, indexNames, Nodes, Services} from './tables.ts';

/** Rows looked at between two looks at the clock. */
const rowsPerStep = 64;

/** Which instances are asked for. */
export interface DumpSelection {
  /** undefined: of every kind; empty: ordinary services. */
  readonly kind: string | undefined;
  /** Empty: this datacenter's own. Nothing is imported from peers yet. */
  readonly peer: string;
}

/** Instances of all services with their nodes and checks, in the order of nodes and ids. */
export function* allInstances(query: Query, {kind, peer}: DumpSelection): Sliced<QueryOutcome<readonly CheckServiceNode[]>> {
  const index = query.index(indexNames.nodes, indexNames.services, indexNames.checks);
  const join = joinNodesAndChecks(query);
  const rows = peer === '' ? query.all(Services) : [];
  return {value: yield* collect(rows, (row) => (kind === undefined || row.Service.Kind === kind ? join(row) : undefined)), index};
}

/** What of the catalog a caller may see. */
export interface Visibility {
  readonly node: (name: string) => boolean;
  readonly service: (name: string) => boolean;
}

/**
 * The catalog in numbers. A node is as well as its own checks say, an instance as well as the checks of that instance;
 * a status of nobody's making counts in no state, and harms nothing (seen at 1.21.4).
 */
export function* catalogSummary(reader: Reader, visible: Visibility): Sliced<CatalogSummary> {
  const nodes = new Tally();
  const services = new Tally();
  const checks = new Tally();
  let seen = 0;
  for (const {Node} of reader.all(Nodes)) {
    if (++seen % rowsPerStep === 0) yield;
    if (visible.node(Node)) nodes.count('', worstOf(checksOf(reader, Node, '')));
  }
  for (const {Node, Service} of reader.all(Services)) {
    if (++seen % rowsPerStep === 0) yield;
    if (visible.node(Node) && visible.service(Service.Service)) services.count(Service.Service, worstOf(checksOf(reader, Node, Service.ID)));
  }
  for (const {Node, ServiceName, Name, Status} of reader.all(Checks)) {
    if (++seen % rowsPerStep === 0) yield;
    if (ServiceName === '' ? visible.node(Node) : visible.node(Node) && visible.service(ServiceName)) checks.count(Name, Status);
  }
  return {Nodes: nodes.summaries, Services: services.summaries, Checks: checks.summaries};
}

function worstOf(checks: Iterable<HealthCheck>): string {
  let worst = 'passing';
  for (const {Status} of checks) {
    if (Status === 'critical') return Status;
    if (Status === 'warning') worst = Status;
  }
  return worst;
}

/** Counts states by name. */
class Tally {
  readonly #byName = new Map<string, {-readonly [Key in keyof HealthSummary]: HealthSummary[Key]}>();

  count(Name: string, status: string): void {
    let summary = this.#byName.get(Name);
    if (summary === undefined) this.#byName.set(Name, (summary = {Name, Total: 0, Passing: 0, Warning: 0, Critical: 0}));
    summary.Total++;
    if (status === 'passing') summary.Passing++;
    else if (status === 'warning') summary.Warning++;
    else if (status === 'critical') summary.Critical++;
  }

  /** By name; null when nothing was counted, as in Go. */
  get summaries(): readonly HealthSummary[] | null {
    return this.#byName.size === 0 ? null : [...this.#byName.values()].sort((a, b) => (a.Name < b.Name ? -1 : 1));
  }
}
