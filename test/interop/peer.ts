import {execFileSync} from 'node:child_process';

/** Path of a real Consul to meet in tests; undefined when there is none. `.ci/run` gets one of 1.8.7. */
export const peer = process.env['CONSUL_PEER'];

const [major = 0, minor = 0] = peer === undefined ? [] : versionOf(peer);

/** Whether there is a real Consul, and it is of this minor version of 1 or a later one. */
export function peerIsAtLeast(ofMinor: number): boolean {
  return major === 1 && minor >= ofMinor;
}

function versionOf(path: string): readonly number[] {
  return /^Consul v(\d+)\.(\d+)\./.exec(execFileSync(path, ['version'], {encoding: 'utf8'}))?.slice(1).map(Number) ?? [];
}
