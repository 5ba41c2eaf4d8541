import {mkdtemp, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {onTestFinished} from 'vitest';
import {AgentProcess} from './agent-process.ts';

/** A folder that goes with the test. */
export async function testFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'interop-'));
  onTestFinished(() => rm(folder, {recursive: true, force: true}));
  return folder;
}

/** An agent that ends with the test. */
export function agentAt(address: string, folder: string, launcher?: readonly string[]): AgentProcess {
  const agent = new AgentProcess(address, folder, launcher);
  onTestFinished(() => agent.kill());
  return agent;
}

/** `host1` and `host2` to be started, each on a loopback address of its own in this network. */
export function twoHosts(network: string, folder: string): [AgentProcess, AgentProcess] {
  return [hostAt(network, 1, folder), hostAt(network, 2, folder)];
}

/** `host1` to `host3`. @param launcher of the first */
export function threeHosts(network: string, folder: string, launcher?: readonly string[]): [AgentProcess, AgentProcess, AgentProcess] {
  return [hostAt(network, 1, folder, launcher), hostAt(network, 2, folder), hostAt(network, 3, folder)];
}

function hostAt(network: string, host: number, folder: string, launcher?: readonly string[]): AgentProcess {
  return agentAt(`${network}.${host}`, join(folder, String(host)), launcher);
}
