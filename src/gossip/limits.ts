/** Every limit of the gossip room, from sheet `gossip.md` (§ in brackets). */

/** What a datagram is filled to [§3.9]. */
export const packetBudgetBytes = 1400;
/** Bytes a compound message costs: its type and its count [§3.4]. */
export const compoundHeaderBytes = 2;
/** Bytes each body of a compound message costs beside itself [§3.4]. */
export const compoundPartBytes = 2;
/** Bodies in one compound message [§3.4]. */
export const compoundPartsMax = 255;
/** How deep compound and compressed messages may be nested in one datagram; real senders never exceed two. */
export const packetDepthMax = 8;
/** Messages taken from one datagram, over all nested compounds. */
export const packetMessagesMax = 8192;
/** Bytes of encryption around a packet or stream, version 1 [§3.7]. */
export const encryptionOverheadBytes = 29;
/** Smallest encrypted message, versions 1 and 0 [§3.7]. */
export const encryptedBytesMin = {v1: 29, v0: 45};
/** Encrypted, and decompressed, length of a stream message [§4.2]. */
export const streamBytesMax = 20_971_520;
/** Decompressed size of one datagram's compress message. */
export const inflatedPacketBytesMax = 1_048_576;
/** Metadata of a node: its encoded tags [§5]. */
export const metaBytesMax = 512;
/** Label of a pool [§3.8]. */
export const labelBytesMax = 255;
/** Push/pulls served at once [§4.4]. */
export const incomingPushPullsMax = 127;
/** Node records read from one push/pull. */
export const pushPullNodesMax = 100_000;
/** Slots of the rings of user events and queries [§12]. */
export const ringSlots = 512;
/** Distinct events kept in one slot of a ring (one Lamport time); the reference has no bound here. */
export const ringSlotEntriesMax = 256;
/** Names kept in the buffer of intents about unknown members; the reference bounds it by time only. */
export const recentIntentsMax = 16_384;
/** Name and payload of a user event, and its encoded form [§12.1]. */
export const userEventBytesMax = 512;
/** An encoded query and an encoded answer [§12.3]. */
export const queryBytesMax = 1024;
export const queryResponseBytesMax = 1024;
/** A base64 key costs at most so many bytes of a key list answer: 1024 / 25 keys at first [§12.4]. */
export const keyListBytesPerKeyMin = 25;
/** Round-trip times that a coordinate may learn from [§13.2]. */
export const coordinateRttMsMax = 10_000;
/** Snapshot file: size below which it is not compacted, and bytes allowed per live node [§14.1]. */
export const snapshotBytesMin = 131_072;
export const snapshotBytesPerNode = 256;
/** Longest time between a snapshot's writes, and between clock lines [§14.1]. */
export const snapshotFlushIntervalMs = 500;
/** Receive buffer asked of the kernel; halved until it is granted [§1]. */
export const receiveBufferBytes = 2_097_152;
/** Below this the buffer is not halved any further. */
export const receiveBufferBytesMin = 65_536;
/** Free TCP ports that are tried until one is free for UDP too, where port 0 is asked for. */
export const portPicksMax = 20;
/** A tick is late from here on: the loop was blocked, and what is due waits for one poll of the sockets. */
export const lateTickMs = 100;
/** Loop rounds after a late tick in which waiting datagrams are read before due timers run (32 datagrams a round). */
export const socketPollRoundsMax = 64;
/** The same complaint about the same peer is logged once in this time. */
export const complaintIntervalMs = 60_000;
/** Complaints about all things together that are logged in this time. */
export const complaintsMax = 20;
/** Peers whose complaints are remembered. */
export const complaintKeysMax = 1024;
/** How often Serf's queues are cut to their depth [§9]. */
export const queueCheckIntervalMs = 30_000;
