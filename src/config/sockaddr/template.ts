import {type HostNetwork} from './interface-address.ts';
import {callTemplateFunction, showValue, type TemplateValue} from './functions.ts';
import {TemplateError} from './template-error.ts';

/**
 * Expands go-sockaddr templates, `{{ GetPrivateIP }}` and the like (config.md §5.2). Text without braces comes back as it is.
 * @throws TemplateError
 */
export function expandTemplate(text: string, network: HostNetwork): string {
  return text.replace(/\{\{(-?)([\s\S]*?)(-?)\}\}/g, (_, __, action: string) => showValue(pipeline(action, network)));
}

/** True when the text holds a template action. */
export function hasTemplate(text: string): boolean {
  return text.includes('{{');
}

function pipeline(action: string, network: HostNetwork): TemplateValue {
  const tokens = tokenize(action);
  const parser = new PipelineParser(tokens, network);
  const value = parser.pipeline();
  if (!parser.done) throw new TemplateError(`unexpected ${JSON.stringify(parser.rest)} in template`);
  return value;
}

type Token = {readonly kind: 'string' | 'number' | 'name' | 'mark'; readonly text: string};

function tokenize(action: string): readonly Token[] {
  const tokens: Token[] = [];
  const pattern = /\s*(?:"((?:[^"\\]|\\.)*)"|`([^`]*)`|([+-]?\d+)|([A-Za-z_]\w*)|([.|()]))/y;
  let at = 0;
  while (action.slice(at).trim() !== '') {
    pattern.lastIndex = at;
    const match = pattern.exec(action);
    if (match === null) throw new TemplateError(`unexpected ${JSON.stringify(action.slice(at).trim())} in template`);
    at = pattern.lastIndex;
    const [, quoted, raw, number, name, mark] = match;
    if (quoted !== undefined) tokens.push({kind: 'string', text: quoted.replace(/\\(.)/g, '$1')});
    else if (raw !== undefined) tokens.push({kind: 'string', text: raw});
    else if (number !== undefined) tokens.push({kind: 'number', text: number});
    else if (name !== undefined) tokens.push({kind: 'name', text: name});
    else tokens.push({kind: 'mark', text: mark ?? ''});
  }
  return tokens;
}

class PipelineParser {
  readonly #tokens: readonly Token[];
  readonly #network: HostNetwork;
  #next = 0;

  constructor(tokens: readonly Token[], network: HostNetwork) {
    this.#tokens = tokens;
    this.#network = network;
  }

  get done(): boolean {
    return this.#next >= this.#tokens.length;
  }

  get rest(): string {
    return this.#tokens[this.#next]?.text ?? '';
  }

  pipeline(): TemplateValue {
    let value = this.#command();
    while (this.#tokens[this.#next]?.text === '|' && this.#tokens[this.#next]?.kind === 'mark') {
      this.#next++;
      value = this.#command(value);
    }
    return value;
  }

  /** A function with its arguments, or one value; what came through the pipe is the last argument. */
  #command(piped?: TemplateValue): TemplateValue {
    const token = this.#tokens[this.#next];
    if (token === undefined) throw new TemplateError('missing value for command');
    if (token.kind !== 'name') {
      if (piped !== undefined) throw new TemplateError(`${JSON.stringify(token.text)} is not a function`);
      return this.#operand();
    }
    this.#next++;
    const args: TemplateValue[] = [];
    for (;;) {
      const next = this.#tokens[this.#next];
      if (next === undefined || (next.kind === 'mark' && (next.text === '|' || next.text === ')'))) break;
      args.push(this.#operand());
    }
    if (piped !== undefined) args.push(piped);
    return callTemplateFunction(token.text, args, this.#network);
  }

  #operand(): TemplateValue {
    const token = this.#tokens[this.#next++];
    if (token === undefined) throw new TemplateError('missing operand');
    if (token.kind === 'string') return token.text;
    if (token.kind === 'number') return Number(token.text);
    if (token.kind === 'name') return callTemplateFunction(token.text, [], this.#network);
    if (token.text === '.') return this.#network.addresses();
    if (token.text === '(') {
      const value = this.pipeline();
      if (this.#tokens[this.#next++]?.text !== ')') throw new TemplateError('unclosed left parenthesis');
      return value;
    }
    throw new TemplateError(`unexpected ${JSON.stringify(token.text)} in operand`);
  }
}
