import {RE2JS, RE2JSSyntaxException} from 're2js';

/** Characters of an expression: more than anybody writes by hand. */
const expressionCharsMax = 1024;

/** A compiled expression, or the error in Go's words. */
export type GoRegexp = {readonly test: (text: string) => boolean; /** Instructions of its program. */ readonly size: number} | {readonly error: string};

/**
 * A regular expression of Go's syntax: the same language, the same texts for errors, and never more than linear time,
 * since expressions come from strangers.
 */
export function compileGoRegexp(source: string): GoRegexp {
  if (source.length > expressionCharsMax) return {error: 'error parsing regexp: expression is too long'};
  if (!source.isWellFormed()) return {error: `error parsing regexp: invalid UTF-8: \`${source}\``};
  try {
    const compiled = RE2JS.compile(source);
    return {test: (text) => compiled.test(text), size: compiled.programSize()};
  } catch (error) {
    if (!(error instanceof RE2JSSyntaxException)) throw error;
    // Go quotes what it complains of, even nothing.
    return {error: error.message.replace(/(trailing backslash at end of expression)$/, '$1: ``')};
  }
}
