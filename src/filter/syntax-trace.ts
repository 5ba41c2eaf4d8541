/** A complaint of a rule of the grammar, at a place of the text. */
interface Complaint {
  readonly at: number;
  readonly rule: string;
  readonly why: string;
}

/**
 * What a reading of an expression ran into: the furthest place at which something else was expected, all that was expected
 * there, and complaints of single rules. Complaints stand even where another way of reading succeeded, as in Consul.
 */
export class SyntaxTrace {
  readonly #text: string;
  readonly #wanted = new Set<string>();
  readonly #complaints: Complaint[] = [];
  #furthest = 0;

  constructor(text: string) {
    this.#text = text;
  }

  get hasComplaints(): boolean {
    return this.#complaints.length > 0;
  }

  /** As `want`, for a literal, which errors show as Go quotes it. */
  wantLiteral(at: number, text: string): void {
    if (at >= this.#furthest) this.want(at, text === '"' ? '"\\""' : `"${text}"`);
  }

  /** Something was expected at a place: a literal in quotes, or a class of characters in brackets. */
  want(at: number, what: string): void {
    if (at < this.#furthest) return;
    if (at > this.#furthest) {
      this.#furthest = at;
      this.#wanted.clear();
    }
    this.#wanted.add(what);
  }

  complain(at: number, rule: string, why: string): void {
    if (!this.#complaints.some((known) => known.at === at && known.rule === rule && known.why === why)) this.#complaints.push({at, rule, why});
  }

  /** The error in Consul's words. */
  error(): string {
    if (this.hasComplaints) return this.#complaints.map(({at, rule, why}) => `${this.#place(at)}: rule "${rule}": ${why}`).join('\n');
    const hasEnd = this.#wanted.delete(END);
    const wanted = [...this.#wanted].sort((a, b) => (a < b ? -1 : 1));
    if (hasEnd) wanted.push(END);
    const last = wanted.pop() ?? '';
    return `${this.#place(this.#furthest)}: no match found, expected: ${wanted.length === 0 ? last : `${wanted.join(', ')} or ${last}`}`;
  }

  /** Line, column in characters and offset in bytes. A line's end counts as the column 0 of the next. */
  #place(at: number): string {
    const upTo = this.#text.slice(0, at + 1);
    const line = upTo.split('\n').length;
    const lineStart = this.#text.lastIndexOf('\n', at);
    const column = lineStart === at && at < this.#text.length ? 0 : [...this.#text.slice(lineStart + 1, at)].length + (lineStart < 0 || lineStart < at ? 1 : 0);
    return `${line}:${column} (${Buffer.byteLength(this.#text.slice(0, at))})`;
  }
}

/** Wanted where the text should end. */
export const END = 'EOF';
