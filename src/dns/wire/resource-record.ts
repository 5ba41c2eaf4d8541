/** What a record holds. Names are in presentation form (RFC 1035 §5.1) and end with a dot. */
export type RecordData =
  | {readonly type: 'A'; readonly address: string}
  | {readonly type: 'AAAA'; readonly address: string}
  | {readonly type: 'CNAME' | 'NS' | 'PTR'; readonly target: string}
  | {readonly type: 'SRV'; readonly priority: number; readonly weight: number; readonly port: number; readonly target: string}
  | {readonly type: 'MX'; readonly preference: number; readonly target: string}
  | {readonly type: 'TXT'; readonly strings: readonly string[]}
  | {
      readonly type: 'SOA';
      readonly primary: string;
      readonly mailbox: string;
      /** null: the Unix time at which the message is sent */
      readonly serial: number | null;
      readonly refreshSeconds: number;
      readonly retrySeconds: number;
      readonly expireSeconds: number;
      readonly minimumSeconds: number;
    }
  /** A type this room has no name for, its data as received. */
  | {readonly type: 'unknown'; readonly code: number; readonly data: Uint8Array};

/** One record of the internet class. */
export type ResourceRecord = RecordData & {readonly name: string; readonly ttlSeconds: number};

/** One text per record that differs when the records do: for suppressing duplicates. */
export function recordKey(record: ResourceRecord): string {
  switch (record.type) {
    case 'A':
    case 'AAAA':
      return `${record.name} ${record.ttlSeconds} ${record.type} ${record.address}`;
    case 'unknown':
      return `${record.name} ${record.ttlSeconds} ${record.code} ${Buffer.from(record.data).toString('hex')}`;
    default:
      return JSON.stringify(record);
  }
}
