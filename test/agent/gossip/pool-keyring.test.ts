import {mkdir, mkdtemp, readFile, rm, stat, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterEach, beforeEach, expect, test} from 'vitest';
import {poolKeyring} from '../../../src/agent/gossip/pool-keyring.ts';
import {type RuntimeConfig} from '../../../src/config/runtime-config.ts';
import {writeKeyringFile} from '../../../src/gossip/keyring-file.ts';
import {type Logger, silentLogger} from '../../../src/runtime/logger.ts';

const key = Buffer.alloc(32, 1).toString('base64');
const otherKey = Buffer.alloc(16, 2).toString('base64');
let dataDir: string;
let warnings: string[];

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'pool-keyring-'));
  warnings = [];
});
afterEach(() => rm(dataDir, {recursive: true}));

function keys(encryptKey: string, disableKeyringFile = false): ReturnType<typeof poolKeyring> {
  const logger: Logger = {...silentLogger, warn: (text) => void warnings.push(text)};
  const config = {dataDir, devMode: false, gossip: {encryptKey, disableKeyringFile}} as RuntimeConfig;
  return poolKeyring(config, 'local.keyring', logger);
}

async function place(text: string): Promise<void> {
  await mkdir(join(dataDir, 'serf'), {recursive: true});
  await writeFile(join(dataDir, 'serf', 'local.keyring'), text);
}

test('without a key and without a file the pool is not encrypted', async () => {
  expect(await keys('')).toEqual({keyring: null});
});

test('a key makes the file, for its owner alone, as Consul writes it', async () => {
  const {keyring, keyringPath = ''} = await keys(key);
  expect(keyring?.toBase64()).toEqual([key]);
  expect(await readFile(keyringPath, 'utf8')).toBe(JSON.stringify([key]));
  expect((await stat(keyringPath)).mode & 0o777).toBe(0o600);
  expect((await stat(join(dataDir, 'serf'))).mode & 0o777).toBe(0o700);
});

test('changed keys are written with an indent of two', async () => {
  const {keyring, keyringPath = ''} = await keys(key);
  keyring?.install(Buffer.from(otherKey, 'base64'));
  if (keyring !== null) await writeKeyringFile(keyringPath, keyring);
  expect(await readFile(keyringPath, 'utf8')).toBe(`[\n  "${key}",\n  "${otherKey}"\n]`);
});

test('a file that exists goes before the key, and says so when they differ', async () => {
  await place(JSON.stringify([otherKey]));
  expect((await keys('')).keyring?.toBase64()).toEqual([otherKey]);
  expect(warnings).toEqual([]);
  expect((await keys(key)).keyring?.toBase64()).toEqual([otherKey]);
  expect(warnings).toEqual(["keyring doesn't include key provided with -encrypt, using keyring"]);
});

test('with disable_keyring_file keys live in memory', async () => {
  await place(JSON.stringify([otherKey]));
  const {keyring, keyringPath} = await keys(key, true);
  expect(keyring?.toBase64()).toEqual([key]);
  expect(keyringPath).toBeUndefined();
});

test.each([
  ['[]', /no keys present in keyring: .*local\.keyring/],
  ['x', /invalid character 'x' looking for beginning of value/],
  ['["abc"]', /illegal base64 data at input byte 0/],
  ['["YWJj"]', /key size must be 16, 24 or 32 bytes/],
  ['{}', /json: cannot unmarshal object into Go value of type \[\]string/],
])('the file %s is refused in the words of Consul', async (text, why) => {
  await place(text);
  await expect(keys('')).rejects.toThrow(why);
  await expect(keys('')).rejects.toThrow(/^Failed to configure keyring: /);
});

test('a key of a wrong size is refused', async () => {
  await expect(keys('YWJj')).rejects.toThrow('Failed to configure keyring: Invalid key: key size must be 16, 24 or 32 bytes');
});
