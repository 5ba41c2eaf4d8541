/** A regular expression of Go's syntax, as far as JavaScript's goes, or the error in Go's words. */
export function compileGoRegexp(source: string): {readonly test: (text: string) => boolean} | {readonly error: string} {
  const insensitive = source.startsWith('(?i)');
  const body = insensitive ? source.slice('(?i)'.length) : source;
  try {
    const compiled = new RegExp(body, insensitive ? 'ui' : 'u');
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
