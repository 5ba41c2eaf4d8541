import {MsgpackReader} from '../wire/msgpack-reader.ts';
import {MsgpackWriter} from '../wire/msgpack-writer.ts';
import {type ByteString} from '../wire/byte-string.ts';
import {type UserEvent, WireEvent} from './schema.ts';

/** Serf's name of a user event is this and the event's own. */
export const eventPrefix = 'consul:event:';
const version = 1;

/** The payload of the Serf event; its keys sorted, what is empty left out. */
export function encodeEvent({ID, Name, Payload, NodeFilter, ServiceFilter, TagFilter}: UserEvent): ByteString {
  const texts = ([['nf', NodeFilter], ['sf', ServiceFilter], ['tf', TagFilter]] as const).filter(([, text]) => text !== '');
  const writer = new MsgpackWriter('new');
  writer.writeMapHeader(3 + (Payload === '' ? 0 : 1) + texts.length);
  const text = (key: string, value: string): void => {
    writer.writeString(key);
    writer.writeString(value);
  };
  text('ID', ID);
  text('n', Name);
  for (const [key, value] of texts.filter(([key]) => key === 'nf')) text(key, value);
  if (Payload !== '') {
    writer.writeString('p');
    writer.writeBinary(Buffer.from(Payload, 'latin1'));
  }
  for (const [key, value] of texts.filter(([key]) => key !== 'nf')) text(key, value);
  writer.writeString('v');
  writer.writeInt(version);
  return writer.toBuffer().toString('latin1');
}

/** @throws MsgpackError for a payload that is none of ours */
export function decodeEvent(payload: ByteString, ltime: number): UserEvent {
  const {ID, n, p, nf, sf, tf, v} = WireEvent.readMsgpack(new MsgpackReader(Buffer.from(payload, 'latin1'), 0));
  return {
    ID,
    Name: n,
    Payload: p === null ? '' : Buffer.from(p).toString('latin1'),
    NodeFilter: nf,
    ServiceFilter: sf,
    TagFilter: tf,
    Version: v,
    LTime: ltime,
  };
}
