/** How a gRPC call ends: the codes in use (gRPC's status codes). */
export const grpcCode = {
  ok: 0,
  canceled: 1,
  unknown: 2,
  invalidArgument: 3,
  deadlineExceeded: 4,
  notFound: 5,
  permissionDenied: 7,
  resourceExhausted: 8,
  failedPrecondition: 9,
  aborted: 10,
  unimplemented: 12,
  internal: 13,
  unavailable: 14,
  unauthenticated: 16,
} as const;

const codeNames = [
  'OK', 'Canceled', 'Unknown', 'InvalidArgument', 'DeadlineExceeded', 'NotFound', 'AlreadyExists', 'PermissionDenied',
  'ResourceExhausted', 'FailedPrecondition', 'Aborted', 'OutOfRange', 'Unimplemented', 'Internal', 'Unavailable', 'DataLoss',
  'Unauthenticated',
];

/** A call that did not end well; the text of the error is Go's. */
export class GrpcError extends Error {
  override readonly name = 'GrpcError';
  readonly code: number;
  readonly description: string;

  constructor(code: number, description: string) {
    super(`rpc error: code = ${codeNames[code] ?? `Code(${code})`} desc = ${description}`);
    this.code = code;
    this.description = description;
  }
}

/** A status message as it stands in a header: what is no printable ASCII, and `%`, as `%` and two hexadecimal digits. */
export function percentEncoded(text: string): string {
  return Buffer.from(text).toString('latin1').replace(/[^\x20-\x7e]|%/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`);
}

/** The text again. What is badly written stands for itself: a peer that writes badly is no reason to fail. */
export function percentDecoded(text: string): string {
  const bytes = text.replace(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(bytes, 'latin1').toString('utf8');
}
