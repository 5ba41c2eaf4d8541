export type LogLevel = 'trace' | 'debug' | 'info' | 'warn' | 'error';

/** Values beside a message. No token, key or KV value is ever among them. */
export type LogFields = Readonly<Record<string, unknown>>;

/** A named logger; lines show as `agent.server: message: field=value`. */
export interface Logger {
  trace(message: string, fields?: LogFields): void;
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
  /** Whether a line of that level would be seen: lets hot paths skip making its fields. */
  enabled(level: LogLevel): boolean;
  /** The same logger with `.name` appended to its name. */
  named(name: string): Logger;
}

const ignore = (): void => undefined;

/** Says nothing. */
export const silentLogger: Logger = {
  trace: ignore,
  debug: ignore,
  info: ignore,
  warn: ignore,
  error: ignore,
  enabled: () => false,
  named: () => silentLogger,
};
