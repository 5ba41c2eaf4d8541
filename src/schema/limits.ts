/** How deep objects and arrays may nest in a JSON text (Go stops at 10000; nothing real passes 30). */
export const JSON_MAX_DEPTH = 1000;
/** Metadata of a node or service. */
export const metadataPairsMax = 64;
export const metadataKeyBytesMax = 128;
export const metadataValueBytesMax = 512;
