/** Bytes of a frame's header (rpc-raft.md §3). */
export const FRAME_HEADER_BYTES = 12;

export const frameType = {data: 0, windowUpdate: 1, ping: 2, goAway: 3} as const;

/** Flags may ride on Data and WindowUpdate; a Ping has SYN or ACK. */
export const frameFlag = {syn: 1, ack: 2, fin: 4, rst: 8} as const;

/** What a GoAway says in its length field. */
export const goAwayCode = {normal: 0, protocolError: 1, internalError: 2} as const;

export interface FrameHeader {
  readonly version: number;
  readonly type: number;
  readonly flags: number;
  /** 0 for Ping and GoAway. */
  readonly streamId: number;
  /** Payload bytes, window delta, ping id or GoAway code, by type. */
  readonly length: number;
}

/** Writes the header of a frame of version 0 at the start of `target`. */
export function writeFrameHeader(target: Buffer, type: number, flags: number, streamId: number, length: number): void {
  target[0] = 0;
  target[1] = type;
  target.writeUInt16BE(flags, 2);
  target.writeUInt32BE(streamId, 4);
  target.writeUInt32BE(length, 8);
}

/** A frame without payload. */
export function controlFrame(type: number, flags: number, streamId: number, length: number): Buffer {
  const frame = Buffer.allocUnsafe(FRAME_HEADER_BYTES);
  writeFrameHeader(frame, type, flags, streamId, length);
  return frame;
}

/** Reads the header that stands at `at`; the caller has made sure that all of it is there. */
export function readFrameHeader(bytes: Buffer, at: number): FrameHeader {
  return {
    version: bytes.readUInt8(at),
    type: bytes.readUInt8(at + 1),
    flags: bytes.readUInt16BE(at + 2),
    streamId: bytes.readUInt32BE(at + 4),
    length: bytes.readUInt32BE(at + 8),
  };
}
