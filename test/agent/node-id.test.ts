import {readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import {nodeIdOfHost} from '../../src/agent/host-id.ts';
import {nodeIdOf} from '../../src/agent/node-id.ts';
import {loadConfig} from '../../src/config/load-config.ts';
import {type RuntimeConfig} from '../../src/config/runtime-config.ts';
import {temporaryDir} from './local-fixture.ts';

function config(text: string): RuntimeConfig {
  return loadConfig({devMode: true, paths: [], format: undefined, fragments: [text], flagValues: new Map()}).config;
}

describe('the id of a node', () => {
  it('is the configured one, the one in data_dir, or a new one that is kept there', () => {
    const dataDir = temporaryDir();
    const id = nodeIdOf(config(`data_dir = "${dataDir}"`));
    expect(readFileSync(join(dataDir, 'node-id'), 'utf8')).toBe(id);
    expect(nodeIdOf(config(`data_dir = "${dataDir}"`))).toBe(id);
    expect(nodeIdOf(config('node_id = "ABCDEF01-2345-6789-abcd-ef0123456789"'))).toBe('abcdef01-2345-6789-abcd-ef0123456789');
  });

  it('is made of the machine’s as 1.21.4 makes it, where it may be', () => {
    expect(nodeIdOfHost('3d1219c7-c4c5-404a-aa1f-6d2a48adfda4')).toBe('333a158e-0d38-e425-ad6a-b7db4732c648');
    expect(nodeIdOf(config('disable_host_node_id = false'))).toBe(nodeIdOf(config('disable_host_node_id = false')));
  });

  it('is refused where it is none, and where it cannot be kept', () => {
    const dataDir = temporaryDir();
    writeFileSync(join(dataDir, 'node-id'), 'short');
    expect(() => nodeIdOf(config(`data_dir = "${dataDir}"`))).toThrow('failed to setup node ID: specified NodeID is invalid: uuid string is wrong length');
    expect(() => nodeIdOf(config('data_dir = "/proc/nope"'))).toThrow('failed to setup node ID: mkdir /proc/nope: no such file or directory');
  });
});
