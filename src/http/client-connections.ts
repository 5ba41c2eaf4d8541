import {type Socket} from 'node:net';

/** What a connection over the limit reads (http-core.md §1.3). */
export const tooManyConnections =
  'HTTP/1.1 429 Too Many Requests\r\nContent-Type: text/plain\r\nContent-Length: 81\r\nConnection: close\r\n\r\n' +
  'Your IP is issuing too many concurrent connections, please rate limit your calls\n';

/** Counts the connections of each client address over all listeners: `limits.http_max_conns_per_client`. */
export class ClientConnections {
  /** 0 or less: no limit. A change concerns connections that come after it. */
  max: number;
  readonly #counts = new Map<string, number>();

  constructor(max: number) {
    this.max = max;
  }

  /** Counts a connection in, until it closes. @returns false when it is one too many */
  admits(socket: Socket): boolean {
    const address = socket.remoteAddress ?? '';
    if (address === '') return true;
    const count = (this.#counts.get(address) ?? 0) + 1;
    this.#counts.set(address, count);
    socket.once('close', () => {
      const left = (this.#counts.get(address) ?? 1) - 1;
      if (left === 0) this.#counts.delete(address);
      else this.#counts.set(address, left);
    });
    return this.max <= 0 || count <= this.max;
  }
}
