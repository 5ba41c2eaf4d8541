/** Fields of a log line, in the order written (`check=web error="…"`). */
export type LogFields = Readonly<Record<string, string | number>>;

/** The log as the check runners and the local state see it; the agent gives one that writes Consul's lines. */
export interface CheckLog {
  trace(message: string, fields?: LogFields): void;
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
}
