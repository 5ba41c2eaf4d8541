import {type Configuration, type RaftServer, suffrage, type Suffrage} from './configuration.ts';
import {serversMax} from './limits.ts';
import {RaftError} from './raft-error.ts';

/*
 * The body of a type-5 entry (sheet rpc-raft §12, old msgpack spec):
 *   configuration = map{"Servers": array of server | nil}
 *   server        = map{"Address": str, "ID": str, "Suffrage": int}      keys sorted bytewise
 * It stands here, in forty lines, because the core must read it and may not depend on rooms above it.
 */

/** The bytes other servers of the cluster read. */
export function encodeConfiguration(configuration: Configuration): Buffer {
  const parts: Buffer[] = [Buffer.from([0x81]), string('Servers'), header(configuration.servers.length, 0x90, 0xdc)];
  for (const server of configuration.servers) {
    parts.push(Buffer.from([0x83]), string('Address'), string(server.address), string('ID'), string(server.id));
    parts.push(string('Suffrage'), Buffer.from([server.suffrage]));
  }
  return Buffer.concat(parts);
}

function string(text: string): Buffer {
  const bytes = Buffer.from(text);
  if (bytes.length < 32) return Buffer.concat([Buffer.from([0xa0 | bytes.length]), bytes]);
  return Buffer.concat([Buffer.from([0xda, bytes.length >> 8, bytes.length & 0xff]), bytes]);
}

function header(count: number, short: number, long: number): Buffer {
  return count < 16 ? Buffer.from([short | count]) : Buffer.from([long, count >> 8, count & 0xff]);
}

/** @throws RaftError 'corrupt' for bytes that are no configuration */
export function decodeConfiguration(data: Uint8Array): Configuration {
  const reader = new Reader(data);
  let servers: RaftServer[] = [];
  reader.map((key) => {
    if (key !== 'Servers') return reader.skip(0);
    servers = [];
    reader.array(() => servers.push(readServer(reader)));
  });
  return {servers};
}

function readServer(reader: Reader): RaftServer {
  let address = '';
  let id = '';
  let vote: Suffrage = suffrage.voter;
  reader.map((key) => {
    if (key === 'Address') address = reader.string();
    else if (key === 'ID') id = reader.string();
    else if (key === 'Suffrage') {
      const value = reader.integer();
      if (value !== 0 && value !== 1 && value !== 2) throw reader.corrupt(`suffrage ${value}`);
      vote = value;
    } else reader.skip(0);
  });
  return {id, address, suffrage: vote};
}

const depthMax = 16;

class Reader {
  readonly #view: DataView;
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  corrupt(what: string): RaftError {
    return new RaftError('corrupt', `raft configuration entry cannot be read: ${what} at byte ${this.#at}`);
  }

  #take(count: number): number {
    const from = this.#at;
    if (from + count > this.#bytes.length) throw this.corrupt('it ends too early');
    this.#at += count;
    return from;
  }

  #byte(): number {
    return this.#view.getUint8(this.#take(1));
  }

  map(field: (key: string) => void): void {
    const first = this.#byte();
    if (first === 0xc0) return;
    let count: number;
    if (first >> 4 === 8) count = first & 15;
    else if (first === 0xde) count = this.#view.getUint16(this.#take(2));
    else throw this.corrupt(`0x${first.toString(16)} where a map should be`);
    for (let i = 0; i < count; i++) field(this.string());
  }

  array(item: () => void): void {
    const first = this.#byte();
    if (first === 0xc0) return;
    let count: number;
    if (first >> 4 === 9) count = first & 15;
    else if (first === 0xdc) count = this.#view.getUint16(this.#take(2));
    else throw this.corrupt(`0x${first.toString(16)} where an array should be`);
    if (count > serversMax) throw this.corrupt(`${count} servers`);
    for (let i = 0; i < count; i++) item();
  }

  string(): string {
    const length = this.#stringLength(this.#byte());
    const from = this.#take(length);
    return Buffer.from(this.#bytes.buffer, this.#bytes.byteOffset + from, length).toString('utf8');
  }

  #stringLength(first: number): number {
    if (first >> 5 === 5) return first & 31;
    switch (first) {
      case 0xc0:
        return 0;
      case 0xc4:
      case 0xd9:
        return this.#byte();
      case 0xc5:
      case 0xda:
        return this.#view.getUint16(this.#take(2));
      case 0xc6:
      case 0xdb:
        return this.#view.getUint32(this.#take(4));
      default:
        throw this.corrupt(`0x${first.toString(16)} where a string should be`);
    }
  }

  integer(): number {
    const first = this.#byte();
    if (first < 0x80) return first;
    if (first === 0xc0) return 0;
    if (first >= 0xcc && first <= 0xd3) {
      // cc…cf and d0…d3 take 1, 2, 4, 8 bytes; a suffrage fits the last byte of each.
      const width = 1 << ((first - 0xcc) & 3);
      const from = this.#take(width);
      for (let i = 0; i < width - 1; i++) if (this.#bytes[from + i] !== 0) throw this.corrupt('an integer too large');
      return this.#view.getUint8(from + width - 1);
    }
    throw this.corrupt(`0x${first.toString(16)} where an integer should be`);
  }

  /** Passes over one value of any kind that the Raft encoders write. */
  skip(depth: number): void {
    if (depth > depthMax) throw this.corrupt('values nested too deep');
    const first = this.#view.getUint8(this.#take(1));
    this.#at--;
    if (first >> 4 === 8 || first === 0xde) return this.map(() => this.skip(depth + 1));
    if (first >> 4 === 9 || first === 0xdc) return this.array(() => this.skip(depth + 1));
    if (first >> 5 === 5 || (first >= 0xd9 && first <= 0xdb) || (first >= 0xc4 && first <= 0xc6)) return void this.string();
    this.#take(1);
    if (first >= 0xcc && first <= 0xd3) this.#take(1 << ((first - 0xcc) & 3));
    else if (first === 0xca) this.#take(4);
    else if (first === 0xcb) this.#take(8);
    else if (first > 0x7f && first < 0xe0 && first !== 0xc0 && first !== 0xc2 && first !== 0xc3) {
      throw this.corrupt(`0x${first.toString(16)}`);
    }
  }
}
