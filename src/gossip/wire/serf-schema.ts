import {type Type} from '../../schema/type.ts';
import {struct} from '../../schema/struct.ts';
import {bool, custom, int, int64, list, map, nullable, str, uint, uint16, uint32, uint8} from '../../schema/types.ts';
import {bytesOrNil, rawBytes} from './raw-bytes.ts';

/** The bodies of Serf's messages [gossip.md §11.3]. */

export const LeaveIntent = struct('messageLeave', {LTime: uint, Node: str, Prune: bool});
export const JoinIntent = struct('messageJoin', {LTime: uint, Node: str});
export const UserEvent = struct('messageUserEvent', {CC: bool, LTime: uint, Name: str, Payload: bytesOrNil});
export const Query = struct('messageQuery', {
  Addr: rawBytes, Filters: list(rawBytes), Flags: uint32, ID: uint32, LTime: uint, Name: str, Payload: bytesOrNil, Port: uint16,
  RelayFactor: uint8, SourceNode: str, Timeout: int64,
});
export const QueryResponse = struct('messageQueryResponse', {Flags: uint32, From: str, ID: uint32, LTime: uint, Payload: bytesOrNil});
export const RingEvent = struct('userEvent', {Name: str, Payload: bytesOrNil});
export const RingSlot = struct('userEvents', {Events: list(RingEvent), LTime: uint});
export const PushPullUserState = struct('messagePushPull', {
  EventLTime: uint, Events: list(nullable(RingSlot)), LTime: uint, LeftMembers: list(str), QueryLTime: uint, StatusLTimes: map(uint),
});
export const KeyRequest = struct('keyRequest', {Key: rawBytes});
export const KeyResponse = struct('nodeKeyResponse', {Keys: list(str), Message: str, PrimaryKey: str, Result: bool});
export const TagFilter = struct('filterTag', {Expr: str, Tag: str});
export const NodeFilter = list(str);
const UdpAddress = struct('UDPAddr', {IP: rawBytes, Port: int, Zone: str});
export const RelayHeader = struct('relayHeader', {DestAddr: UdpAddress, DestName: str});

/** Tags keep the order in which they are held: Go's own order of maps is any. */
export const TagMap: Type<Readonly<Record<string, string>>> = custom<Readonly<Record<string, string>>>({
  goType: 'map[string]string',
  zero: () => ({}),
  isEmpty: () => false,
  writeMsgpack: (writer, tags) => {
    const entries = Object.entries(tags);
    writer.writeMapHeader(entries.length);
    for (const [key, value] of entries) {
      writer.writeString(key);
      writer.writeString(value);
    }
  },
  readMsgpack: (reader) => {
    const size = reader.readMapHeader();
    const entries: [string, string][] = [];
    for (let i = 0; i < size; i++) entries.push([reader.readString(), reader.readString()]);
    return Object.fromEntries(entries);
  },
  writeJson: () => 'null',
  readJson: () => ({}),
});

export const MemberRecord = struct('Member', {
  Addr: rawBytes, DelegateCur: uint8, DelegateMax: uint8, DelegateMin: uint8, Name: str, Port: uint16, ProtocolCur: uint8,
  ProtocolMax: uint8, ProtocolMin: uint8, Status: int, Tags: TagMap,
});
