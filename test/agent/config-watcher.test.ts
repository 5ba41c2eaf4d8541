import {mkdirSync, renameSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, it, onTestFinished} from 'vitest';
import {ConfigWatcher} from '../../src/agent/config-watcher.ts';
import {silentLogger} from '../../src/runtime/logger.ts';
import {type Clock} from '../../src/runtime/clock.ts';
import {SimulatedClock} from '../../src/runtime/simulated-clock.ts';
import {temporaryDir} from './local-fixture.ts';

/** A clock that tells when a timer is set, so that a test can wait for the real event that sets it. */
function tellingClock(): {clock: SimulatedClock; telling: Clock; timerSet: () => Promise<void>} {
  const clock = new SimulatedClock();
  let tell: () => void = () => undefined;
  const telling: Clock = {
    nowMs: () => clock.nowMs(),
    wallMs: () => clock.wallMs(),
    setTimer: (delayMs, fire) => {
      const timer = clock.setTimer(delayMs, fire);
      tell();
      return timer;
    },
  };
  return {clock, telling, timerSet: () => new Promise((resolve) => (tell = resolve))};
}

describe('watching the configuration', () => {
  it('reloads once for all that changed within a second, files in folders and files that are replaced', async () => {
    const dir = temporaryDir();
    const [file, folder] = [join(dir, 'agent.hcl'), join(dir, 'conf.d')];
    writeFileSync(file, '');
    mkdirSync(folder);
    const {clock, telling, timerSet} = tellingClock();
    let reloads = 0;
    const watcher = new ConfigWatcher({paths: () => [file, folder], reload: () => Promise.resolve(void reloads++), clock: telling, logger: silentLogger});
    watcher.start();
    onTestFinished(() => watcher.stop());

    let set = timerSet();
    writeFileSync(join(folder, 'web.hcl'), 'service { name = "web" }');
    await set;
    clock.advance(500);
    set = timerSet();
    writeFileSync(join(dir, 'new'), 'x');
    renameSync(join(dir, 'new'), file);
    await set;
    clock.advance(999);
    expect(reloads).toBe(0);
    clock.advance(1);
    expect(reloads).toBe(1);
  });
});
