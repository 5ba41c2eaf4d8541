import {mkdtemp, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {setTimeout as pause} from 'node:timers/promises';
import {verifyArchive} from '../../../src/raft/snapshot/snapshot-archive-reader.ts';
import {type TapeStep, writeTape} from '../../fsm/log-tape.ts';
import {stateText} from '../../fsm/state-text.ts';
import {freePorts} from '../../conformance/free-ports.ts';
import {LogTap} from './log-tap.ts';
import {RealConsul} from './real-consul.ts';
import {type Story, type Teller} from './story.ts';

/*
 * Plays a story against a real Consul (CONSUL_PEER) and records its log and its state after each step:
 *   node test/interop/rpc/record-tape.ts mesh     →  test/fsm/recorded/1.21.4/mesh.json.br
 */
const restoredQuietMs = 250;
const name = process.argv[2] ?? '';
const {story} = (await import(`./stories/${name}.ts`)) as {story: Story};
const folder = await mkdtemp(join(tmpdir(), 'tape-'));
const [grpcTls = 0, otherGrpcTls = 0] = await freePorts(2);
const withGrpc = (config: Readonly<Record<string, unknown>> | undefined, port: number) => ({connect: {enabled: true}, ...config, ports: {grpc_tls: port}});
const consul = await RealConsul.create(join(folder, 'real'), withGrpc(story.config, grpcTls));
const other = story.other === undefined ? undefined : await RealConsul.create(join(folder, 'other'), {datacenter: 'dc2', ...withGrpc(story.other, otherGrpcTls)});
const tap = await LogTap.start(folder);
const steps: TapeStep[] = [];
let token = '';
let lines = new Set<string>();
let seenEntries = 0;
let fullest = {steps: 0, state: ''};
let isRestored = false;

/** @returns what was restored; the entries that the tap keeps are those that came after */
async function restoreItsOwn(): Promise<Buffer> {
  const archive = await (await consul.fetch('GET', '/v1/snapshot', undefined, {'X-Consul-Token': token})).arrayBuffer();
  const before = tap.fsm.state;
  const answer = await consul.fetch('PUT', '/v1/snapshot', Buffer.from(archive), {'X-Consul-Token': token});
  if (!answer.ok) throw new Error(await answer.text());
  while (tap.fsm.state === before) await pause(5);
  seenEntries = 0;
  await untilQuiet(restoredQuietMs);
  return tap.fsm.state;
}

/** @returns the state, and the index of the last entry in it */
async function stateOf(): Promise<{index: number; state: Buffer}> {
  const answer = await consul.fetch('GET', '/v1/snapshot', undefined, {'X-Consul-Token': token});
  if (!answer.ok) throw new Error(await answer.text());
  const pieces: Buffer[] = [];
  const {Index} = await verifyArchive(Buffer.from(await answer.arrayBuffer()), (piece) => void pieces.push(piece));
  return {index: Index, state: Buffer.concat(pieces)};
}

async function record(request: string, answer: string, restored?: Buffer): Promise<void> {
  const {index, state} = await stateOf();
  while (tap.node.appliedIndex < index) await pause(5);
  const now = new Set(stateText(state));
  const entries = tap.fsm.entries.slice(seenEntries).filter((entry) => entry.index <= index);
  seenEntries += entries.length;
  steps.push({
    request,
    answer,
    ...(restored !== undefined && {restored: restored.toString('latin1')}),
    entries: entries.map((entry) => [entry.index, latin1(entry.data), latin1(entry.extensions)]),
    index,
    gone: [...lines].filter((line) => !now.has(line)),
    come: [...now].filter((line) => !lines.has(line)),
  });
  lines = now;
  const encoded = state.toString('latin1');
  isRestored ||= restored !== undefined;
  if (isRestored ? restored !== undefined : encoded.length > fullest.state.length) fullest = {steps: steps.length, state: encoded};
  process.stdout.write(`${request.slice(0, 150)} → ${answer.slice(0, 150)}\n`);
}

function latin1(bytes: Uint8Array | null): string | null {
  return bytes === null ? null : Buffer.from(bytes).toString('latin1');
}

async function send(to: RealConsul, method: string, path: string, body: unknown): Promise<string> {
  const text = body === undefined || typeof body === 'string' ? body : JSON.stringify(body);
  const answer = await to.fetch(method, path, text, {'X-Consul-Token': token});
  return `${answer.status} ${await answer.text()}`;
}

async function tell(method: string, path: string, body: unknown): Promise<string> {
  const answer = await send(consul, method, path, body);
  if (story.settleMs !== undefined) await untilQuiet(story.settleMs);
  await record(`${method} ${path} ${body === undefined ? '' : JSON.stringify(body)}`, answer);
  return answer.slice(answer.indexOf(' ') + 1);
}

async function untilQuiet(ms: number): Promise<void> {
  for (let before = -1; before !== tap.node.appliedIndex; ) {
    before = tap.node.appliedIndex;
    await pause(ms);
  }
}

const teller: Teller = {
  put: (path, body) => tell('PUT', path, body),
  post: (path, body) => tell('POST', path, body),
  delete: (path) => tell('DELETE', path, undefined),
  restore: async () => record('restore', '', await restoreItsOwn()),
  quiet: async (ms) => {
    await untilQuiet(ms);
    await record(`quiet for ${ms} ms`, '');
  },
  other: async (method, path, body) => {
    if (other === undefined) throw new Error('this story has no other datacenter');
    const answer = await send(other, method, path, body);
    process.stdout.write(`other: ${method} ${path} → ${answer.slice(0, 150)}\n`);
    return answer.slice(answer.indexOf(' ') + 1);
  },
  get: async (path) => {
    const answer = await send(consul, 'GET', path, undefined);
    process.stdout.write(`GET ${path} → ${answer}\n`);
    return answer.slice(answer.indexOf(' ') + 1);
  },
  useToken: (secret) => {
    token = secret;
  },
};

try {
  await Promise.all([consul.start('member joined, marking health alive'), other?.start('member joined, marking health alive')]);
  await consul.stop();
  await writeFile(join(consul.folder, 'data/raft/peers.json'), JSON.stringify([
    {id: consul.nodeId, address: consul.address, non_voter: false},
    {id: tap.id, address: tap.address, non_voter: true},
  ]));
  await consul.start('entering leader state');
  while (tap.fsm.state.length === 0) await pause(20);
  await consul.logged('Synced node info');
  const start = tap.fsm.state;
  lines = new Set(stateText(start));
  if (story.config?.['acl'] === undefined) await teller.quiet(300);
  await story.run(teller);
  writeTape(join(import.meta.dirname, `../../fsm/recorded/1.21.4/${name}.json.br`), {start: start.toString('latin1'), steps, fullest});
} finally {
  await Promise.all([consul.stop(), other?.stop()]);
  await tap.close();
  await rm(folder, {recursive: true});
}
