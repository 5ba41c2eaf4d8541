import {closeSync, existsSync, mkdirSync, mkdtempSync, openSync, readdirSync, readFileSync, renameSync, rmSync, symlinkSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterEach, beforeEach, describe, expect, it} from 'vitest';
import {AgentLog} from '../../src/agent/log/agent-log.ts';
import {RotatingFile} from '../../src/agent/log/rotating-file.ts';
import {standardOutput} from '../../src/agent/log/standard-output.ts';
import {SimulatedClock} from '../../src/runtime/simulated-clock.ts';

const clock = new SimulatedClock();

function logTo(lines: string[], json = false): AgentLog {
  return new AgentLog({level: 'info', json, outputs: [{write: (line) => void lines.push(line)}], clock});
}

describe('the agent log', () => {
  it('writes lines as Consul does', () => {
    const lines: string[] = [];
    const logger = logTo(lines).logger('agent').named('server');
    logger.info('Adding LAN server', {server: 'n1 (Addr: x)', count: 2, error: new Error('a=b')});
    logger.warn('plain');
    logger.debug('unheard');
    expect(lines).toEqual([
      '2026-01-02T03:04:05.000Z [INFO]  agent.server: Adding LAN server: server="n1 (Addr: x)" count=2 error="a=b"\n',
      '2026-01-02T03:04:05.000Z [WARN]  agent.server: plain\n',
    ]);
  });

  it('writes JSON with sorted keys and microseconds', () => {
    const lines: string[] = [];
    logTo(lines, true).logger('agent').error('m', {z: 1, a: 'x'});
    expect(lines).toEqual(['{"@level":"error","@message":"m","@module":"agent","@timestamp":"2026-01-02T03:04:05.000000Z","a":"x","z":1}\n']);
  });

  it('lets a follower hear more than the output, for as long as it follows', () => {
    const lines: string[] = [];
    const heard: string[] = [];
    const log = logTo(lines);
    const logger = log.logger('agent');
    const stop = log.follow({level: 'debug', json: false, line: (text) => void heard.push(text)});
    logger.debug('detail');
    stop();
    logger.debug('more');
    expect([lines.length, heard]).toEqual([0, ['2026-01-02T03:04:05.000Z [DEBUG] agent: detail']]);
    expect(logger.enabled('debug')).toBe(false);
  });
});

describe('a log on standard output', () => {
  it.runIf(existsSync('/dev/full'))('loses lines on a full disk, and goes on', () => {
    const fd = openSync('/dev/full', 'w');
    const output = standardOutput(fd);
    output.write('one\n');
    output.write('two\n');
    closeSync(fd);
  });

  it('writes into a file line by line', () => {
    const folder = mkdtempSync(join(tmpdir(), 'proconsul-log-'));
    const fd = openSync(join(folder, 'out'), 'w');
    standardOutput(fd).write('one\n');
    expect(readFileSync(join(folder, 'out'), 'utf8')).toBe('one\n');
    closeSync(fd);
    rmSync(folder, {recursive: true});
  });
});

describe('a rotating log file', () => {
  let folder: string;
  let troubles: string[];
  beforeEach(() => {
    troubles = [];
    folder = mkdtempSync(join(tmpdir(), 'proconsul-log-'));
  });
  afterEach(() => rmSync(folder, {recursive: true, force: true}));

  it('begins anew when it is large enough, and keeps the newest archives', () => {
    const time = new SimulatedClock();
    const file = new RotatingFile({path: `${folder}/`, rotateDurationMs: 1e9, rotateBytes: 4, maxFiles: 1, clock: time, onTrouble: (why) => void troubles.push(why)});
    for (const line of ['one\n', 'two\n', 'three\n']) {
      file.write(line);
      time.advance(1);
    }
    file.close();
    const archives = readdirSync(folder).filter((name) => name !== 'consul.log');
    expect(archives.map((name) => readFileSync(join(folder, name), 'utf8'))).toEqual(['two\n']);
    expect(readFileSync(join(folder, 'consul.log'), 'utf8')).toBe('three\n');
  });

  it('begins anew when it is old enough', () => {
    const time = new SimulatedClock();
    const file = new RotatingFile({path: join(folder, 'a.txt'), rotateDurationMs: 1000, rotateBytes: 0, maxFiles: -1, clock: time, onTrouble: (why) => void troubles.push(why)});
    file.write('old\n');
    time.advance(1000);
    file.write('new\n');
    file.close();
    expect(readdirSync(folder)).toEqual(['a.txt']);
    expect(readFileSync(join(folder, 'a.txt'), 'utf8')).toBe('new\n');
    expect(existsSync(join(folder, 'consul.log'))).toBe(false);
    expect(troubles).toEqual([]);
  });

  it.runIf(existsSync('/dev/full'))('on a full disk loses lines, and says so once', () => {
    const path = join(folder, 'full.log');
    symlinkSync('/dev/full', path);
    const file = new RotatingFile({path, rotateDurationMs: 1e9, rotateBytes: 0, maxFiles: 0, clock, onTrouble: (why) => void troubles.push(why)});
    file.write('one\n');
    file.write('two\n');
    file.close();
    expect(troubles).toEqual(['no space left on device']);
  });

  it('goes on where it was while it cannot be begun anew, and anew where somebody has moved it away', () => {
    const time = new SimulatedClock();
    const path = join(folder, 'a.log');
    const file = new RotatingFile({path, rotateDurationMs: 1000, rotateBytes: 0, maxFiles: 0, clock: time, onTrouble: (why) => void troubles.push(why)});
    file.write('one\n');
    time.advance(1000);
    // Nothing can be renamed to what is a folder that holds something.
    const archive = join(folder, `a-${BigInt(time.wallMs()) * 1_000_000n}.log`);
    mkdirSync(join(archive, 'x'), {recursive: true});
    file.write('two\n');
    expect([readFileSync(path, 'utf8'), troubles]).toEqual(['one\ntwo\n', ['is a directory']]);
    renameSync(path, join(folder, 'moved'));
    file.write('three\n');
    file.close();
    expect([readFileSync(path, 'utf8'), readFileSync(join(folder, 'moved'), 'utf8')]).toEqual(['three\n', 'one\ntwo\n']);
  });
});
