/** What a recording does to a real server, request by request. */
export interface Story {
  /** Keys of the server's configuration file. */
  readonly config?: Readonly<Record<string, unknown>>;
  /** Configuration of the server of another datacenter, when one is wanted. */
  readonly other?: Readonly<Record<string, unknown>>;
  /** How long the server must be quiet before what a request brought about is recorded; 0 when the story does not say. */
  readonly settleMs?: number;
  run(teller: Teller): Promise<void>;
}

export interface Teller {
  /** Sends a request and records what it wrote. @param body text, or something to be written as JSON @returns the answer's body */
  readonly put: (path: string, body?: unknown) => Promise<string>;
  readonly post: (path: string, body?: unknown) => Promise<string>;
  readonly delete: (path: string) => Promise<string>;
  /** Has the server restore a snapshot of its own state, as one does that starts again, and records what it then has. */
  readonly restore: () => Promise<void>;
  /** Records what the server writes of itself until it has been quiet for that long. */
  readonly quiet: (ms: number) => Promise<void>;
  /** The same requests to the other datacenter's server; they are not recorded. */
  readonly other: (method: string, path: string, body?: unknown) => Promise<string>;
  /** Reads; not recorded. */
  readonly get: (path: string) => Promise<string>;
  /** Sends this token from now on. */
  readonly useToken: (secret: string) => void;
}
