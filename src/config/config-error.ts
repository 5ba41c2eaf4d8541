/** A configuration that is refused. `message` is Consul's text first; hints with file and line may follow it. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

/** Several errors as one, in the layout of Go's multi-errors. */
export function multiErrorText(errors: readonly string[]): string {
  const head = errors.length === 1 ? '1 error occurred:' : `${errors.length} errors occurred:`;
  return `${head}\n${errors.map((error) => `\t* ${error.replaceAll('\n', '\n\t  ')}\n`).join('')}\n`;
}
