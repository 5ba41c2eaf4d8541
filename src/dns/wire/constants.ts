/** Record types that the room knows by name (IANA, DNS parameters). */
export const RecordType = {
  A: 1, NS: 2, CNAME: 5, SOA: 6, PTR: 12, MX: 15, TXT: 16, AAAA: 28, SRV: 33, OPT: 41, IXFR: 251, AXFR: 252, ANY: 255,
} as const;

/** Response codes (RFC 1035 §4.1.1). */
export const Rcode = {noError: 0, formErr: 1, servFail: 2, nxDomain: 3, notImp: 4, refused: 5} as const;
export type Rcode = (typeof Rcode)[keyof typeof Rcode];

/** Operation codes (RFC 1035 §4.1.1, RFC 1996). */
export const Opcode = {query: 0, iquery: 1, status: 2, notify: 4, update: 5} as const;

/** The internet class; the only one that our records have. */
export const classInternet = 1;

/** Bits of the header's second word (RFC 1035 §4.1.1, RFC 4035 §3). */
export const HeaderFlag = {
  response: 0x8000, authoritative: 0x0400, truncated: 0x0200, recursionDesired: 0x0100, recursionAvailable: 0x0080, authenticData: 0x0020, checkingDisabled: 0x0010,
} as const;

/** Where the opcode stands in the header's second word. */
export const opcodeShift = 11;
export const opcodeMask = 0x7800;
export const headerBytes = 12;
/** Option code of the client subnet (RFC 7871). */
export const clientSubnetOption = 8;

const typeNames = new Map<number, string>(Object.entries(RecordType).map(([name, code]) => [code, name]));

/** The name of a record type, for logs and metrics: `SRV`, or `TYPE65280` (RFC 3597). */
export function recordTypeName(type: number): string {
  return typeNames.get(type) ?? `TYPE${type}`;
}
