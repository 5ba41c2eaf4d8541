import {Readable} from 'node:stream';
import {type LogLevel} from '../../runtime/logger.ts';
import {type AgentLog} from '../log/agent-log.ts';

/** Lines a slow reader may be behind; more are lost, and it is told how many. */
const bufferedLinesMax = 512;

const levels: Readonly<Record<string, LogLevel>> = {trace: 'trace', debug: 'debug', info: 'info', warn: 'warn', error: 'error', err: 'error'};

/** The level that a request names, or undefined. '' is INFO. */
export function logLevelOf(text: string): LogLevel | undefined {
  return text === '' ? 'info' : levels[text.toLowerCase()];
}

/** The agent's log as it is written, line by line, until whoever reads it goes away (http-core.md §7.10). */
export function logStream(log: AgentLog, level: LogLevel, json: boolean): Readable {
  let lost = 0;
  const stream = new Readable({
    highWaterMark: bufferedLinesMax,
    objectMode: true,
    read: () => undefined,
    destroy: (error, done) => {
      unfollow();
      done(error);
    },
  });
  const unfollow = log.follow({
    level,
    json,
    line: (text) => {
      if (stream.readableLength >= bufferedLinesMax) {
        lost++;
        return;
      }
      if (lost > 0) stream.push(`[WARN] ${lost} lines were lost: they came faster than they were read\n`);
      lost = 0;
      stream.push(`${text}\n`);
    },
  });
  return stream;
}
