/** How deep arrays and maps may nest in one msgpack value; real messages nest under 20. */
export const MSGPACK_MAX_DEPTH = 128;

/** Largest single msgpack value a framer gathers unless its owner says otherwise (a whole catalog dump fits). */
export const MSGPACK_MAX_VALUE_BYTES = 256 * 1024 * 1024;

/** First size of a writer's buffer; it doubles from there. */
export const MSGPACK_WRITER_START_BYTES = 1024;

/** A writer that grew past this gives its buffer back to the garbage collector when it is reset. */
export const MSGPACK_WRITER_KEEP_BYTES = 1024 * 1024;

/** Strings up to this many bytes are looked up in the shared cache of short strings. */
export const SHORT_STRING_MAX_BYTES = 24;

/** Entries of the cache of short strings; a power of two. */
export const SHORT_STRING_CACHE_ENTRIES = 4096;

/** How deep protobuf messages may nest; Consul's nest under 10, free values such as a proxy's Config a little more. */
export const PROTOBUF_MAX_DEPTH = 100;

/** First size of a protobuf writer's buffer; it doubles from there. */
export const PROTOBUF_WRITER_START_BYTES = 512;
