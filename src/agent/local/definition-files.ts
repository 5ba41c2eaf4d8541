import {createHash} from 'node:crypto';
import {type Dirent} from 'node:fs';
import {mkdir, readdir, readFile, rename, rm, stat} from 'node:fs/promises';
import {join} from 'node:path';
import {HealthCheck, NodeService} from '../../catalog/schema.ts';
import {CheckType} from '../../catalog/service-definition.ts';
import {type Logger} from '../../runtime/logger.ts';
import {replaceFile} from '../../runtime/replace-file.ts';
import {errorCode} from '../../runtime/system-error.ts';
import {struct, type TypeOf} from '../../schema/struct.ts';
import {bool, int64, nullable, str} from '../../schema/types.ts';
import {definitionFileBytesMax} from './limits.ts';

const PersistedService = struct('persistedService', {Token: str, Service: nullable(NodeService), Source: str, LocallyRegisteredAsSidecar: bool.omitEmpty()});
export type PersistedService = TypeOf<typeof PersistedService>;

const PersistedCheck = struct('persistedCheck', {Check: nullable(HealthCheck), ChkType: nullable(CheckType), Token: str, Source: str});
export type PersistedCheck = TypeOf<typeof PersistedCheck>;

/** Last word of a TTL check. Expires: Unix seconds at which it is out of date. */
const PersistedCheckState = struct('persistedCheckState', {CheckID: str, Output: str, Status: str, Expires: int64});
export type PersistedCheckState = TypeOf<typeof PersistedCheckState>;

/** A definition that was read, and the file it stands in. */
export interface Stored<T> {
  readonly path: string;
  readonly value: T;
}

interface FileKind<T> {
  readonly folder: string;
  readonly noun: string;
  readonly type: {toJson(value: T): string; fromJson(text: Uint8Array): T};
  idOf(value: T): string;
  /** Definitions must be on the disk when the answer is out; the word of a TTL check is soon out of date anyway. */
  readonly synced: boolean;
}

const services: FileKind<PersistedService> = {folder: 'services', noun: 'service', type: PersistedService, idOf: ({Service}) => Service?.ID ?? '', synced: true};
const checks: FileKind<PersistedCheck> = {folder: 'checks', noun: 'check', type: PersistedCheck, idOf: ({Check}) => Check?.CheckID ?? '', synced: true};
const checkStates: FileKind<PersistedCheckState> = {folder: join('checks', 'state'), noun: 'check state', type: PersistedCheckState, idOf: ({CheckID}) => CheckID, synced: false};

/** How the file of an id is named: today, and by versions before 1.10, which still know it by that name if they come back. */
const nameOf = (id: string): string => createHash('sha256').update(id).digest('hex');
const oldNameOf = (id: string): string => createHash('md5').update(id).digest('hex');

/**
 * What was registered with this agent, in the data_dir, in Consul's own files (agent-checks.md §13): a data_dir that is
 * moved from one program to the other is read by it. Without a data_dir nothing is kept.
 */
export class DefinitionFiles {
  readonly #dataDir: string;
  readonly #logger: Logger;
  readonly #writing = new Map<string, Promise<void>>();
  /** Definitions that stand in files of old names, as those paths; the last words of such checks go under old names too. */
  readonly #old = new Set<string>();

  /** @param dataDir '' = none */
  constructor(dataDir: string, logger: Logger) {
    this.#dataDir = dataDir;
    this.#logger = logger;
  }

  async saveService(service: NodeService, token: string, source: string): Promise<void> {
    const value = {Token: token, Service: service, Source: source, LocallyRegisteredAsSidecar: service.LocallyRegisteredAsSidecar};
    await this.#save(services, service.ID, value);
  }

  async saveCheck(check: HealthCheck, type: CheckType | null, token: string, source: string): Promise<void> {
    await this.#save(checks, check.CheckID, {Check: check, ChkType: type, Token: token, Source: source});
  }

  async saveCheckState(state: PersistedCheckState): Promise<void> {
    const [, old] = this.#pathsOf(checks, state.CheckID);
    await this.#save(checkStates, state.CheckID, state, this.#old.has(old) ? oldNameOf : nameOf);
  }

  async purgeService(id: string): Promise<void> {
    await this.#purge(services, id);
  }

  /** Takes away a check's definition and its last word. */
  async purgeCheck(id: string): Promise<void> {
    await Promise.all([this.#purge(checks, id), this.#purge(checkStates, id)]);
  }

  async purgeCheckState(id: string): Promise<void> {
    await this.#purge(checkStates, id);
  }

  async loadServices(): Promise<readonly Stored<PersistedService>[]> {
    return await this.#loadAll(services);
  }

  async loadChecks(): Promise<readonly Stored<PersistedCheck>[]> {
    return await this.#loadAll(checks);
  }

  /** The last word of a TTL check, or undefined. One that cannot be read is taken away. */
  async loadCheckState(id: string): Promise<PersistedCheckState | undefined> {
    if (this.#dataDir === '') return undefined;
    const words: PersistedCheckState[] = [];
    for (const path of this.#pathsOf(checkStates, id)) {
      try {
        words.push(checkStates.type.fromJson(await readFile(path)));
      } catch (error) {
        if (errorCode(error) === 'ENOENT') continue;
        this.#logger.error('failed decoding check state', {file: path, error});
        await rm(path, {force: true});
      }
    }
    return words.sort((a, b) => b.Expires - a.Expires)[0];
  }

  /** Takes a file away that stands for nothing any more. */
  async purgeFile(path: string): Promise<void> {
    await rm(path, {force: true});
  }

  /** Under both of its names, today's first. */
  #pathsOf({folder}: {readonly folder: string}, id: string): readonly [string, string] {
    return [join(this.#dataDir, folder, nameOf(id)), join(this.#dataDir, folder, oldNameOf(id))];
  }

  async #save<T>(kind: FileKind<T>, id: string, value: T, name = nameOf): Promise<void> {
    if (this.#dataDir === '') return;
    const path = join(this.#dataDir, kind.folder, name(id));
    const text = kind.type.toJson(value);
    await this.#inTurn(path, async () => {
      await mkdir(join(this.#dataDir, kind.folder), {recursive: true, mode: 0o700});
      await replaceFile(path, text, {mode: 0o600, synced: kind.synced});
      const [today, old] = this.#pathsOf(kind, id);
      if (path === today && this.#old.delete(old)) await rm(old, {force: true});
    });
  }

  async #purge(kind: {readonly folder: string}, id: string): Promise<void> {
    if (this.#dataDir === '') return;
    for (const path of this.#pathsOf(kind, id)) await this.#inTurn(path, () => rm(path, {force: true}));
  }

  /** Writes to one file wait for one another, so that the last one asked for is the one that stays. */
  async #inTurn(path: string, work: () => Promise<void>): Promise<void> {
    const before = this.#writing.get(path) ?? Promise.resolve();
    const mine = before.then(work, work);
    this.#writing.set(path, mine);
    try {
      await mine;
    } finally {
      if (this.#writing.get(path) === mine) this.#writing.delete(path);
    }
  }

  async #loadAll<T>(kind: FileKind<T>): Promise<readonly Stored<T>[]> {
    if (this.#dataDir === '') return [];
    const folder = join(this.#dataDir, kind.folder);
    const found = new Map<string, Stored<T> & {readonly writtenMs: number}>();
    for (const entry of await entriesOf(folder)) {
      // A write that was cut short leaves its temporary file behind; folders hold other things.
      if (!entry.isFile() || entry.name.endsWith('tmp')) continue;
      const path = join(folder, entry.name);
      const loaded = await this.#load(kind, path);
      if (loaded === undefined) continue;
      const id = kind.idOf(loaded.value);
      if (id === '') {
        this.#logger.error(`Failed decoding ${kind.noun} file`, {file: path, error: 'it holds no definition'});
        continue;
      }
      const other = found.get(id);
      if (other !== undefined && other.writtenMs > loaded.writtenMs) continue;
      found.set(id, {path: await this.#named(kind, id, path), ...loaded});
    }
    return [...found.values()];
  }

  /** A file of any other name is given its own: under that one nobody would take it away again. */
  async #named<T>(kind: FileKind<T>, id: string, path: string): Promise<string> {
    const [today, old] = this.#pathsOf(kind, id);
    if (path === old) this.#old.add(old);
    if (path !== today && path !== old) await rename(path, today);
    return path === old ? old : today;
  }

  async #load<T>(kind: FileKind<T>, path: string): Promise<{readonly value: T; readonly writtenMs: number} | undefined> {
    try {
      const {size, mtimeMs} = await stat(path);
      if (size > definitionFileBytesMax) throw new Error(`file has ${size} bytes, more than ${definitionFileBytesMax}`);
      return {value: kind.type.fromJson(await readFile(path)), writtenMs: mtimeMs};
    } catch (error) {
      this.#logger.error(`Failed decoding ${kind.noun} file`, {file: path, error});
      return undefined;
    }
  }
}

async function entriesOf(folder: string): Promise<readonly Dirent[]> {
  try {
    return await readdir(folder, {withFileTypes: true});
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return [];
    throw error;
  }
}
