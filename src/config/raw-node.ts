/** Where a token begins: both count from 1; columns are in characters. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

export interface RawEntry {
  readonly keyAt: Position;
  readonly value: RawNode;
}

/**
 * What a configuration file holds before the key table gives it types: the same tree for HCL and JSON.
 * An HCL block is a list of one map, as in HCL 1; the decoder unwraps it where a single value is wanted.
 */
export type RawNode =
  | {readonly kind: 'string'; readonly value: string; readonly at: Position}
  | {readonly kind: 'int'; readonly value: number; readonly at: Position}
  | {readonly kind: 'float'; readonly value: number; readonly at: Position}
  | {readonly kind: 'bool'; readonly value: boolean; readonly at: Position}
  | {readonly kind: 'null'; readonly at: Position}
  | {readonly kind: 'list'; readonly items: readonly RawNode[]; readonly at: Position; readonly ofBlocks: boolean}
  | RawMap;

export interface RawMap {
  readonly kind: 'map';
  readonly entries: Map<string, RawEntry>;
  readonly at: Position;
}

/** A file that does not parse. `message` is Consul's text (without the "failed to parse" prefix). */
export class SyntaxFault extends Error {
  override readonly name = 'SyntaxFault';
  readonly at: Position | undefined;
  constructor(message: string, at?: Position) {
    super(message);
    this.at = at;
  }
}
