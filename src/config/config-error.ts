/** A configuration that is refused. `message` is Consul's text first; hints with file and line may follow it. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}
