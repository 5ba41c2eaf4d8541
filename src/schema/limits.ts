/** How deep objects and arrays may nest in a JSON text (Go stops at 10000; nothing real passes 30). */
export const JSON_MAX_DEPTH = 1000;
