/** Largest datagram that a client without EDNS takes (RFC 1035 §4.2.1). */
export const udpBytesClassic = 512;
/** Largest answer over UDP whatever size the client offers (dns.md §11). */
export const udpBytesMax = 65_467;
/** An answer over UDP is cut when it comes within this of the client's size (dns.md §11). */
export const udpBytesReserved = 8;
/** Cap of `udp_answer_limit`: more never help a client with the classic size (dns.md §11). */
export const udpAnswerLimitMax = 8;
/** Largest answer over TCP: the two-byte length, less room for the headers of the original (dns.md §11). */
export const tcpBytesMax = 65_523;
/** Most answers over TCP (dns.md §11). */
export const tcpAnswersMax = 4096;
/** Most SRV answers over TCP (dns.md §11). */
export const tcpSrvAnswersMax = 1024;
/** Room to write one message before it is known to fit: a full message and one largest record. */
export const scratchBytes = 0x2_0000 + 0x1_0000;
/** A compression pointer reaches this far (RFC 1035 §4.1.4). */
export const pointerOffsetMax = 0x3fff;
/** Bytes of a name on the wire (RFC 1035 §2.3.4). */
export const nameBytesMax = 255;
/** Bytes of a label (RFC 1035 §2.3.4). */
export const labelBytesMax = 63;
/** Pointers followed in one name before it is called a loop. */
export const pointerHopsMax = 126;
/** Records of one message read from a recursor. */
export const recordsReadMax = 8192;
/** Servers named in an NS answer (dns.md §4.7). */
export const nameServersMax = 3;
/** Depth to which a CNAME inside our own zones is followed (dns.md §12). */
export const cnameDepthMax = 3;
/** Records kept of a resolved CNAME for a service when the client has no EDNS (dns.md §12). */
export const cnameRecordsMaxWithoutEdns = 5;
/** First query on a new TCP connection must come within this time (dns.md §1). */
export const tcpFirstReadTimeoutMs = 2_000;
/** A TCP connection without a query for this time is closed (dns.md §1). */
export const tcpIdleTimeoutMs = 8_000;
/** Queries answered on one TCP connection (dns.md §1). */
export const tcpQueriesMax = 128;
/** Queries of one TCP connection answered at the same time; more wait in the socket. */
export const tcpQueriesInFlightMax = 32;
/** Open TCP connections of one listener; more are refused. */
export const tcpConnectionsMax = 4096;
/** Queries over UDP answered at the same time by one listener; more are dropped, as a full socket buffer would. */
export const udpQueriesInFlightMax = 8192;
/** Receive buffer asked of the kernel for UDP sockets. */
export const udpReceiveBufferBytes = 1 << 20;
/** Kept replies of one engine, over all names. */
export const keptRepliesMax = 16_384;
/** Bytes of all kept replies of one engine. */
export const keptReplyBytesMax = 32 << 20;
/** A kept reply larger than this is made anew each time. */
export const keptReplyBytesEachMax = 1 << 20;
/** Questions longer than this have no kept reply. */
export const keptKeyBytesMax = 300;
/** Upstream sockets of recursion open at the same time; more wait for none and fail. */
export const recursionsInFlightMax = 2048;
/** With port 0, how many numbers are tried until one is free for UDP and TCP. */
export const anyPortTriesMax = 16;
