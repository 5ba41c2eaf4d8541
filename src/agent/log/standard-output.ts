import {fstatSync, writeSync} from 'node:fs';
import {isatty} from 'node:tty';
import {type LogOutput} from './agent-log.ts';

/**
 * The log's way to standard output. Where that is a file, a full disk costs lines: a stream would fail once and for all.
 * @param fd of standard output
 */
export function standardOutput(fd = 1): LogOutput {
  const target = fstatSync(fd);
  if (target.isFIFO() || target.isSocket() || isatty(fd)) return {write: (line) => void process.stdout.write(line)};
  return {
    write: (line) => {
      try {
        writeSync(fd, line);
      } catch {
        // Nobody can be told where the log cannot be written; the next line may find room again.
      }
    },
  };
}
