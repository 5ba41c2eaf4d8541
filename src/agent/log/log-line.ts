import {type LogFields, type LogLevel} from '../../runtime/logger.ts';

/** One event on its way to the outputs. */
export interface LogEvent {
  readonly level: LogLevel;
  readonly name: string;
  readonly message: string;
  readonly wallMs: number;
  readonly fields: LogFields | undefined;
}

const labels: Record<LogLevel, string> = {
  trace: '[TRACE]',
  debug: '[DEBUG]',
  info: '[INFO] ',
  warn: '[WARN] ',
  error: '[ERROR]',
};

/** Consul's text line (cli.md §4.2), without its newline: `<time> [LEVEL] name: message: key=value`. */
export function textLine({level, name, message, wallMs, fields}: LogEvent): string {
  const pairs = Object.entries(fields ?? {}).map(([key, value]) => textPair(key, value ?? null));
  const end = pairs.length === 0 ? '' : `:${pairs.join('')}`;
  return `${new Date(wallMs).toISOString()} ${labels[level]} ${name}: ${message}${end}`;
}

/** One `key=value` with the space before it; a value of several lines stands below, each line behind a bar. */
function textPair(key: string, value: unknown): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  if (typeof value === 'string') {
    if (text.includes('\n')) return `\n  ${key}=\n${text.replace(/\n$/, '').replaceAll('\t', '\\t').replace(/^/gm, '  | ')}\n  `;
    if (/[\s"=]/.test(text)) return ` ${key}=${JSON.stringify(text)}`;
  }
  return ` ${key}=${text}`;
}

/** The same as one JSON object, its keys sorted, its time in microseconds. */
export function jsonLine({level, name, message, wallMs, fields}: LogEvent): string {
  const line: Record<string, unknown> = {
    '@level': level,
    '@message': message,
    '@module': name,
    '@timestamp': new Date(wallMs).toISOString().replace('Z', '000Z'),
  };
  for (const key of Object.keys(fields ?? {}).sort()) line[key] = fields?.[key];
  return JSON.stringify(line);
}
