/** A configuration file above this is refused: no hand-written file comes near it. */
export const MAX_CONFIG_FILE_BYTES = 16 * 1024 * 1024;
/** Blocks and lists nested deeper than this are refused, so that no file can exhaust the stack. */
export const MAX_NESTING_DEPTH = 200;
/** Unknown keys farther than this from every known one get no "did you mean". */
export const MAX_SUGGESTION_EDITS = 3;
