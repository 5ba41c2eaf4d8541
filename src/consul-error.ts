/**
 * An error whose text a client sees exactly as it stands here. Each domain's `errors.ts` makes its own;
 * any other kind of error that reaches an edge is a fault of ours, and is logged as one.
 */
export class ConsulError extends Error {
  override readonly name = 'ConsulError';
  /** Status of the HTTP answer; Consul sends 500 for most validation (http-core.md §1.5). */
  readonly httpStatus: number;
  /** True when the same request may succeed if sent again, to this server or another. */
  readonly retryable: boolean;

  /** @param text the whole body of the answer; also the error text in an RPC answer */
  constructor(text: string, httpStatus = 500, retryable = false) {
    super(text);
    this.httpStatus = httpStatus;
    this.retryable = retryable;
  }
}

/** Several errors as one text, in the layout that Consul shows. */
export function multiErrorText(errors: readonly string[]): string {
  const head = errors.length === 1 ? '1 error occurred:' : `${errors.length} errors occurred:`;
  return `${head}\n${errors.map((error) => `\t* ${error.replaceAll('\n', '\n\t  ')}\n`).join('')}\n`;
}
