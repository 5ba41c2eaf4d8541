/**
 * The language of the conformance scenarios: plain data that says what is asked of a running agent. What it answers is
 * not written here; that comes from a real Consul, live or recorded, and is compared line by line.
 */

/** How an HTTP body is compared: `text` as it is, `sorted` its JSON lists put in order first (for answers whose order follows random ids or chance), `shape` only the names and kinds of JSON members, `bytes` only whether there is one, `none` not at all. */
export type BodyView = 'text' | 'sorted' | 'shape' | 'bytes' | 'none';

export interface StepCommon {
  /** Why the step is there, where the request alone does not say. */
  readonly note?: string;
  /** Values kept for later steps as `{{name}}`: a path into the JSON body (`ID`, `0.ModifyIndex`) or `header:<name>`. */
  readonly capture?: Readonly<Record<string, string>>;
}

export interface HttpStep extends StepCommon {
  readonly kind: 'http';
  readonly method: string;
  /** Sent as it is: percent-encoding is the scenario's own affair. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
  /** Send the body without Content-Length. */
  readonly chunked?: boolean;
  readonly view?: BodyView;
  /** Headers left out of the comparison, lower case. */
  readonly withoutHeaders?: readonly string[];
}

/** A look at an endpoint's `X-Consul-Index`: the answer is only whether it moved since the last look at the same path. */
export interface IndexStep extends StepCommon {
  readonly kind: 'index';
  readonly path: string;
}

/** A blocking read, and what is done while it waits. Its answer begins with `at once`, `woken` or `timed out`. */
export interface BlockingStep extends StepCommon {
  readonly kind: 'blocking';
  readonly read: HttpStep;
  /** Sent one after another, once the read has had time to block. */
  readonly triggers: readonly HttpStep[];
}

/** Repeats a read until its body matches: for what an agent does a moment later by itself. */
export interface UntilStep extends StepCommon {
  readonly kind: 'until';
  readonly path: string;
  /** Source of a regular expression. */
  readonly matches: string;
  readonly withinMs: number;
}

export interface DnsStep extends StepCommon {
  readonly kind: 'dns';
  readonly name: string;
  readonly type: string;
  readonly transport?: 'udp' | 'tcp';
  /** EDNS buffer size; absent: no OPT record. */
  readonly edns?: number;
  /** The whole packet in hex instead of a question made from `name` and `type`. */
  readonly packet?: string;
  /** `records` (in any order) or only how many there are of each, for answers cut out of a shuffled list. */
  readonly view?: 'records' | 'counts';
  /** Header bits to set: `rd` is set unless this is given. */
  readonly flags?: readonly ('rd' | 'ad' | 'cd')[];
}

export interface CliStep extends StepCommon {
  readonly kind: 'cli';
  readonly argv: readonly string[];
  readonly stdin?: string;
  /** Files put in the command's working directory first. */
  readonly files?: Readonly<Record<string, string>>;
  readonly env?: Readonly<Record<string, string>>;
  /** `lines`: all of it; `first`: the first line of stdout and of stderr; `code`: only the exit code; `unordered`: the lines sorted. */
  readonly view?: 'lines' | 'first' | 'code' | 'unordered';
}

export type Step = HttpStep | IndexStep | BlockingStep | UntilStep | DnsStep | CliStep;

export interface Scenario {
  /** The area, and the name of the file of recorded answers. */
  readonly name: string;
  /** `dev` (indented JSON, in memory) or `server` (compact JSON, on disk). */
  readonly mode: 'dev' | 'server';
  /** Further configuration, written as a JSON file. */
  readonly config?: Readonly<Record<string, unknown>>;
  /** Token of whoever looks after the program, where ACLs are on. */
  readonly token?: string;
  /** Done first where ACLs are on; the answers are not looked at. */
  readonly setup?: readonly Step[];
  readonly steps: readonly Step[];
}

type HttpOptions = Omit<HttpStep, 'kind' | 'method' | 'path' | 'body'>;

/** A request without a body. */
export const ask = (method: string, path: string, options: HttpOptions = {}): HttpStep => ({kind: 'http', method, path, ...options});

/** A request with a body: a string or bytes go as they are, anything else as JSON. */
export const send = (method: string, path: string, body: unknown, options: HttpOptions = {}): HttpStep => ({
  kind: 'http', method, path, ...options,
  body: typeof body === 'string' || body instanceof Uint8Array ? body : JSON.stringify(body),
});

export const get = (path: string, options: HttpOptions = {}): HttpStep => ask('GET', path, options);
export const del = (path: string, options: HttpOptions = {}): HttpStep => ask('DELETE', path, options);
export const put = (path: string, body: unknown = '', options: HttpOptions = {}): HttpStep => send('PUT', path, body, options);

/** Looks at the indexes of several endpoints, one step each. */
export const look = (...paths: readonly string[]): IndexStep[] => paths.map((path) => ({kind: 'index', path}));

export const blocking = (read: HttpStep, ...triggers: readonly HttpStep[]): BlockingStep => ({kind: 'blocking', read, triggers});

const UNTIL_WITHIN_MS = 10_000;
export const until = (path: string, matches: string, withinMs = UNTIL_WITHIN_MS): UntilStep => ({kind: 'until', path, matches, withinMs});

export const dns = (name: string, type: string, options: Omit<DnsStep, 'kind' | 'name' | 'type'> = {}): DnsStep => ({kind: 'dns', name, type, ...options});

export const cli = (argv: readonly string[], options: Omit<CliStep, 'kind' | 'argv'> = {}): CliStep => ({kind: 'cli', argv, ...options});

/** The step in one line, as a person would type it: its name in recordings and reports. */
export function describeStep(step: Step): string {
  switch (step.kind) {
    case 'http': return `${step.method} ${step.path}`;
    case 'index': return `index of ${step.path}`;
    case 'blocking': return `blocking ${describeStep(step.read)}${step.triggers.map((trigger) => ` | ${describeStep(trigger)}`).join('')}`;
    case 'until': return `until ${step.path} matches /${step.matches}/`;
    case 'dns': return `dig ${step.name} ${step.type}${step.transport === 'tcp' ? ' +tcp' : ''}${step.edns === undefined ? '' : ` +bufsize=${step.edns}`}${step.packet === undefined ? '' : ` packet ${step.packet}`}`;
    case 'cli': return `consul ${step.argv.map((word) => (/^[\w.,:/=@{}-]+$/.test(word) ? word : JSON.stringify(word))).join(' ')}`;
  }
}
