import {mkdirSync, readFileSync, statSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import {LastSeen, wasServer} from '../../../src/agent/core/last-seen.ts';
import {silentLogger} from '../../../src/runtime/logger.ts';
import {SimulatedClock} from '../../../src/runtime/simulated-clock.ts';
import {temporaryDir} from '../local-fixture.ts';

const hourMs = 3_600_000;

describe('when a server was last up', () => {
  it('is written down at its start and every hour, and a server that was away for too long refuses to come back', () => {
    const dataDir = temporaryDir();
    const file = join(dataDir, 'server_metadata.json');
    const clock = new SimulatedClock();
    const lastSeen = (): LastSeen => new LastSeen({dataDir, ageMaxMs: 6 * hourMs, clock, logger: silentLogger});
    const written = (): unknown => JSON.parse(readFileSync(file, 'utf8'));
    const first = lastSeen();
    first.start();
    expect(written()).toEqual({last_seen_unix: Math.floor(clock.wallMs() / 1000)});
    expect(statSync(file).mode & 0o777).toBe(0o600);
    clock.advance(hourMs);
    expect(written()).toEqual({last_seen_unix: Math.floor(clock.wallMs() / 1000)});
    first.stop();

    clock.advance(6 * hourMs);
    const second = lastSeen();
    second.start();
    second.stop();
    clock.advance(6 * hourMs + 1000);
    expect(() => lastSeen().start()).toThrow(
      'refusing to rejoin cluster because server has been offline for more than the configured server_rejoin_age_max (6h0m0s) - consider wiping your data dir');
  });

  it('is demanded to be readable', () => {
    const dataDir = temporaryDir();
    writeFileSync(join(dataDir, 'server_metadata.json'), '{}');
    expect(() => new LastSeen({dataDir, ageMaxMs: 1, clock: new SimulatedClock(), logger: silentLogger}).start()).toThrow('holds no last_seen_unix');
  });
});

it('that a data_dir was a server\'s shows by what only servers write, also without its Raft folder', () => {
  for (const only of ['server_metadata.json', 'serf/remote.snapshot']) {
    const dataDir = temporaryDir();
    mkdirSync(join(dataDir, 'serf'));
    writeFileSync(join(dataDir, 'serf/local.snapshot'), '');
    writeFileSync(join(dataDir, 'node-id'), '');
    expect(wasServer(dataDir)).toBe(false);
    writeFileSync(join(dataDir, only), '{}');
    expect(wasServer(dataDir)).toBe(true);
  }
});
