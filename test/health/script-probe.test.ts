import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {describe, expect, onTestFinished, test} from 'vitest';
import {ScriptProbe} from '../../src/health/script-probe.ts';
import {SimulatedClock} from '../../src/runtime/simulated-clock.ts';
import {keptLog, never} from './health-fixture.ts';

function script(args: readonly string[], outputBytesMax = 4_096) {
  const clock = new SimulatedClock();
  const log = keptLog();
  const probe = new ScriptProbe({checkId: 'web', args, timeoutMs: 1_000, outputBytesMax, clock, log});
  return {clock, log, probe};
}

const sh = (text: string): readonly string[] => ['sh', '-c', text];

describe('a script check', () => {
  test.each([[0, 'passing'], [1, 'warning'], [2, 'critical'], [127, 'critical'], [255, 'critical']])('exit code %i is %s', async (code, status) => {
    expect(await script(sh(`echo out; echo err >&2; exit ${code}`)).probe.run(never)).toEqual({status, output: 'out\nerr\n'});
  });

  test('its words go to the program as they are: no shell looks at them', async () => {
    expect(await script(['echo', '$HOME', ';', 'exit', '1']).probe.run(never)).toEqual({status: 'passing', output: '$HOME ; exit 1\n'});
  });

  test('the last bytes of its output are kept, with a note of how many there were', async () => {
    expect(await script(sh('printf "%05000d" 7'), 10).probe.run(never)).toEqual({status: 'passing', output: 'Captured 10 of 5000 bytes\n...\n0000000007'});
  });

  test('an end by a signal is critical, with what it had said', async () => {
    expect(await script(sh('echo last words; kill -KILL $$')).probe.run(never)).toEqual({status: 'critical', output: 'last words\n'});
  });

  test('at its timeout all that it started is killed, and thresholds do not count', async () => {
    // The run ends when nobody holds its output any more: neither the shell nor what it left in the background.
    const {clock, log, probe} = script(sh('echo part; sleep 1000 & wait'));
    const running = probe.run(never);
    clock.advance(1_000);
    const {status, output, bypassThresholds} = await running;
    expect(status).toBe('critical');
    expect(bypassThresholds).toBe(true);
    expect(output).toMatch(/^Timed out \(1s\) running check(\n\npart\n)?$/);
    expect(log.lines).toEqual(['WARN Timed out running check']);
  });

  test('a program that is not there is critical at once, whatever the thresholds', async () => {
    expect(await script(['/no/such']).probe.run(never)).toEqual({status: 'critical', output: 'fork/exec /no/such: no such file or directory', bypassThresholds: true});
    expect(await script(['no-such-program']).probe.run(never)).toEqual({status: 'critical', output: 'exec: "no-such-program": executable file not found in $PATH', bypassThresholds: true});
    const folder = mkdtempSync(join(tmpdir(), 'script-probe-'));
    onTestFinished(() => rmSync(folder, {recursive: true, force: true}));
    const noProgram = join(folder, 'notes.txt');
    writeFileSync(noProgram, 'not to be run', {mode: 0o644});
    expect(await script([noProgram]).probe.run(never)).toEqual({status: 'critical', output: `fork/exec ${noProgram}: permission denied`, bypassThresholds: true});
  });

  test('a removed check ends its program and says nothing', async () => {
    const removed = new AbortController();
    const {probe, clock} = script(sh('exec sleep 1000'));
    const running = probe.run(removed.signal);
    removed.abort(new Error('removed'));
    await expect(running).rejects.toThrow('removed');
    expect(clock.pendingCount).toBe(0);
  });
});
