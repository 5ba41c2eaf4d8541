import {setFlagsFromString} from 'node:v8';

// Expressions come from strangers, and Go's never take more than linear time: after many backtracks V8 goes over to its
// linear engine (which knows neither lookaround nor the `u` flag, so `u` is not set; back references are refused below).
setFlagsFromString('--enable-experimental-regexp-engine-on-excessive-backtracks');

/** Characters of an expression: more than anybody writes by hand. */
const expressionCharsMax = 1024;

/** A compiled expression, or the error in Go's words. */
export type GoRegexp = {readonly test: (text: string) => boolean} | {readonly error: string};

/** A regular expression of Go's syntax, as far as JavaScript's goes. */
export function compileGoRegexp(source: string): GoRegexp {
  if (source.length > expressionCharsMax) return {error: 'error parsing regexp: expression is too long'};
  // Go has neither; the engine that keeps its promise of linear time has not either.
  if (/\\[1-9k]|\(\?<?[=!]/.test(source)) return {error: `error parsing regexp: invalid or unsupported Perl syntax: \`${source}\``};
  const insensitive = source.startsWith('(?i)');
  const body = insensitive ? source.slice('(?i)'.length) : source;
  try {
    const compiled = new RegExp(body, insensitive ? 'i' : '');
    return {test: (text) => compiled.test(text)};
  } catch (error) {
    return {error: `error parsing regexp: ${reason((error as Error).message)}: \`${source}\``};
  }
}

function reason(message: string): string {
  if (/Unterminated group/.test(message)) return 'missing closing )';
  if (/Unterminated character class|Missing terminating ]/.test(message)) return 'missing closing ]';
  if (/Unmatched '\)'/.test(message)) return 'unexpected )';
  if (/Nothing to repeat/.test(message)) return 'missing argument to repetition operator';
  if (/escape/i.test(message)) return 'invalid escape sequence';
  return message.replace(/^Invalid regular expression: \/.*\/\w*: /s, '');
}
