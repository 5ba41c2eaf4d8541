/**
 * A real server and two of ours in one cluster take random writes of every domain, led by each in turn; in each round
 * one is killed with signal 9 amid them and started again. Before and after it the snapshots of all three must be equal,
 * record by record; then all restore one snapshot, after which they must be so again.
 * Usage: CONSUL_PEER=/path/to/consul-1.21.4 node test/soak/mixed-churn.ts [rounds, default 6] [seed]
 * CONSUL=/path/to/program takes the place of ours: the real one, to see in what even real ones differ.
 */
import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join, resolve} from 'node:path';
import {type Random, seededRandom} from '../../src/runtime/random.ts';
import {AgentProcess} from '../interop/mixed/agent-process.ts';
import {settledStates} from '../interop/mixed/settled-states.ts';
import {peer, peerIsAtLeast} from '../interop/peer.ts';
import {RandomWrites} from './random-writes.ts';

export interface MixedChurnOptions {
  /** The real program, of the version that ours is like. */
  readonly real: string;
  readonly program: string;
  readonly rounds: number;
  readonly seed: number;
  /** Keeps the folder with data and logs. */
  readonly keep?: boolean;
  /** Is told of each round. */
  readonly onRound?: (line: string) => void;
}

export interface MixedChurnResult {
  readonly rounds: number;
  readonly writes: number;
  readonly refused: number;
  readonly records: number;
  /** How often states were compared with nothing left out. */
  readonly wholly: number;
  /** In what the states differed; must be empty. */
  readonly different: readonly string[];
}

const network = '127.24.1';
const writesOfAll = 150;
const writesWhileAway = 80;
const transfersMax = 5;
const startMsMax = 90_000;
const settleMsMax = 40_000;

// Small enough that snapshots, and followers that catch up by one, are part of every run.
const config = `performance { raft_multiplier = 2 } raft_snapshot_threshold = 100 raft_snapshot_interval = "3s" raft_trailing_logs = 50
  connect { enabled = true } disable_update_check = true`;

/**
 * What these hang on is no record of a snapshot, and is made anew, not quite as it was, by a server that comes up from one:
 * what kind a name has, who owns a row of the topology, what links say of their services. So three real servers differ in
 * them as soon as one of them did that alone, until the same entry moves them at all. Nothing is left out for servers that
 * have applied the whole log, or come from one snapshot and applied what came after it.
 */
const leavingOut = /^16 \{"Key":"(kind_service_names\.|mesh-topology"|gateway-services")/;

/** What an agent, real or ours, logs when it takes a snapshot for its state. */
const rebuilt = /restored from snapshot|installed remote snapshot|snapshot installed/gi;

interface Member {
  readonly agent: AgentProcess;
  readonly program: string;
  /** How often it took a snapshot for its state, until all were alike. */
  rebuilds: number;
}

class MixedChurn {
  readonly #members: readonly Member[];
  readonly #random: Random;
  readonly #writes: RandomWrites;
  #count = 0;
  #refused = 0;
  #wholly = 0;

  constructor(folder: string, {real, program, seed}: MixedChurnOptions) {
    this.#members = [real, program, program].map((itsProgram, at) => ({agent: new AgentProcess(`${network}.${at + 1}`, join(folder, String(at + 1))), program: itsProgram, rebuilds: 0}));
    this.#random = seededRandom(seed);
    this.#writes = new RandomWrites(this.#random);
  }

  get figures(): {writes: number; refused: number; wholly: number} {
    return {writes: this.#count, refused: this.#refused, wholly: this.#wholly};
  }

  get #agents(): readonly AgentProcess[] {
    return this.#members.map(({agent}) => agent);
  }

  async start(): Promise<void> {
    await Promise.all(this.#members.map((member) => this.#start(member)));
    await this.#untilAllVote();
  }

  /** Random writes while all run. @param leader which of the three leads */
  async write(leader: number): Promise<void> {
    await this.#handOver(this.#agents[leader % this.#agents.length] as AgentProcess);
    await this.#write(writesOfAll, this.#agents);
    await this.#settle();
  }

  /** Random writes while one is away. @returns who was killed */
  async bereave(): Promise<string> {
    const victim = this.#members[this.#random.below(this.#members.length)] as Member;
    const left = this.#agents.filter((agent) => agent !== victim.agent);
    await victim.agent.kill();
    for (const agent of left) await agent.until('/v1/status/leader', (body) => body.includes(':8300') && !body.includes(victim.agent.address), startMsMax);
    await this.#write(writesWhileAway, left);
    await this.#start(victim);
    await victim.agent.until('/v1/status/leader', (body) => body.includes(':8300'), startMsMax);
    await this.#settle();
    return `${victim.agent.address} (${victim.program}) was killed`;
  }

  /** All take one snapshot for their state: the leader is given it, and the others get it from there. */
  async restore(): Promise<void> {
    const before = this.#members.map(({agent}) => rebuildsOf(agent));
    const led = await (this.#agents[0] as AgentProcess).get('/v1/status/leader');
    const leader = this.#agents.findIndex(({address}) => led.includes(`"${address}:8300"`));
    await this.#agents[leader]?.putBytes('/v1/snapshot', (await this.#agents[leader]?.bytes('/v1/snapshot')) ?? Buffer.alloc(0));
    for (const [at, agent] of this.#agents.entries()) {
      if (at !== leader) await agent.until('/v1/status/leader', () => rebuildsOf(agent) > (before[at] ?? 0), startMsMax);
    }
    await this.#settle();
    for (const member of this.#members) member.rebuilds = rebuildsOf(member.agent);
  }

  async states(): ReturnType<typeof settledStates> {
    const isWhole = this.#members.every(({agent, rebuilds}) => rebuildsOf(agent) === rebuilds);
    if (isWhole) this.#wholly++;
    const sources = this.#agents.map((agent) => ({name: agent.address, archive: () => agent.bytes('/v1/snapshot?stale')}));
    return settledStates(sources, {older: false, ...(!isWhole && {leavingOut})}, settleMsMax);
  }

  async stop(): Promise<void> {
    await Promise.all(this.#agents.map((agent) => agent.kill()));
  }

  #start({agent, program}: Member): Promise<void> {
    return agent.start(program, '-server', `-bootstrap-expect=${this.#members.length}`, ...this.#agents.map(({address}) => `-retry-join=${address}`), `-hcl=${config}`);
  }

  /** A server that was away may have been taken out meanwhile, and has no vote before it was stable for a while. */
  async #untilAllVote(): Promise<void> {
    const allVote = (body: string): boolean => [...body.matchAll(/"Voter": ?true/g)].length === this.#members.length;
    for (const agent of this.#agents) await agent.until('/v1/operator/raft/configuration', allVote, startMsMax);
  }

  /** Another than the one that was asked may win the election that a transfer brings about: then it is asked again. */
  async #handOver(to: AgentProcess): Promise<void> {
    await this.#untilAllVote();
    const {Config} = JSON.parse(await to.get('/v1/agent/self')) as {Config: {NodeID: string}};
    for (let asked = 0; asked < transfersMax && !(await this.#leader()).includes(`"${to.address}:8300"`); asked++) {
      await to.ask('POST', `/v1/operator/raft/transfer-leader?id=${Config.NodeID}`).catch((error: unknown) => this.#note(error));
    }
  }

  /** The leader's address, once all know of one. */
  async #leader(): Promise<string> {
    const [first, ...others] = this.#agents as [AgentProcess, ...AgentProcess[]];
    const leader = await first.until('/v1/status/leader', (body) => body.includes(':8300'), startMsMax);
    for (const agent of others) await agent.until('/v1/status/leader', (body) => body.includes(':8300'), startMsMax);
    return leader;
  }

  /** One more write that all have applied. */
  async #settle(): Promise<void> {
    const settled = String(this.#count++);
    let isWritten = false;
    while (!isWritten) {
      const leader = await (this.#agents[0] as AgentProcess).until('/v1/status/leader', (body) => body.includes(':8300'), startMsMax);
      isWritten = await this.#agents.find(({address}) => leader.includes(`"${address}:`))?.put('/v1/kv/settled', settled).then(() => true, () => false) ?? false;
    }
    for (const agent of this.#agents) await agent.until('/v1/kv/settled?raw&stale', (body) => body === settled, startMsMax);
  }

  /** What contradicts the rest is refused, and so is what meets a change of leader: all servers still are to agree. */
  #note(error: unknown): void {
    if (!(error instanceof Error)) throw error;
    this.#refused++;
  }

  async #write(count: number, agents: readonly AgentProcess[]): Promise<void> {
    for (let at = 0; at < count; at++) {
      const real = agents.find((agent) => agent === this.#agents[0]);
      const {method, path, body, learn, onlyReal} = this.#writes.next(real !== undefined);
      const any = agents[this.#random.below(agents.length)] as AgentProcess;
      const agent = onlyReal === true && real !== undefined ? real : any;
      this.#count++;
      try {
        const answer = await agent.ask(method, path, body);
        learn?.(answer);
      } catch (error) {
        this.#note(error);
      }
    }
  }
}

function rebuildsOf({log}: AgentProcess): number {
  return [...log.matchAll(rebuilt)].length;
}

export async function mixedChurn(options: MixedChurnOptions): Promise<MixedChurnResult> {
  const folder = mkdtempSync(join(tmpdir(), 'mixed-churn-'));
  const churn = new MixedChurn(folder, options);
  let records = 0;
  let rounds = 0;
  let different: readonly string[] = [];
  try {
    await churn.start();
    while (rounds < options.rounds && different.length === 0) {
      const told: string[] = [];
      const compare = async (when: string): Promise<void> => {
        if (different.length > 0) return;
        ({records, different} = await churn.states());
        told.push(`${when} ${different.length === 0 ? 'equal' : 'DIFFERENT'}`);
      };
      await churn.write(rounds++);
      await compare('written');
      const victim = await churn.bereave();
      await compare('bereft');
      if (different.length === 0) await churn.restore();
      await compare('restored');
      options.onRound?.(`round ${rounds}: ${victim}, ${records} records, ${told.join(', ')}`);
    }
    return {rounds, ...churn.figures, records, different};
  } finally {
    await churn.stop();
    if (options.keep === true) process.stdout.write(`data and logs are in ${folder}\n`);
    else rmSync(folder, {recursive: true, force: true});
  }
}

if (process.argv[1] === import.meta.filename) {
  if (peer === undefined || !peerIsAtLeast(21)) {
    process.stdout.write('mixed-churn is skipped: CONSUL_PEER names no real Consul of 1.21\n');
  } else {
    const rounds = Number(process.argv[2] ?? 6);
    const seed = Number(process.argv[3] ?? Date.now() % 1_000_000);
    const program = resolve(process.env['CONSUL'] ?? join(import.meta.dirname, '../../bin/consul'));
    process.stdout.write(`a mixed cluster is churned for ${rounds} rounds, seed ${seed}\n`);
    const onRound = (line: string): void => void process.stdout.write(`${line}\n`);
    const result = await mixedChurn({real: peer, program, rounds, seed, keep: process.env['KEEP'] !== undefined, onRound});
    process.stdout.write(`${JSON.stringify(result, null, 2)}\n`);
    process.exitCode = result.different.length === 0 ? 0 : 1;
  }
}
