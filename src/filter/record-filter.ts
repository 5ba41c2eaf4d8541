import {LRUCache} from 'lru-cache';
import {ConsulError} from '../consul-error.ts';
import {type Expression} from './expression.ts';
import {type Compilation, type Field, type Test} from './field.ts';
import {FilterError} from './filter-error.ts';
import {compiledExpressionsMax, keptExpressionCharsMax, keptRegexpSizeMax} from './limits.ts';
import {parseExpression} from './parser.ts';

const evaluatorFailed = 'Failed to create boolean expression evaluator: ';

/** Expressions over one type of record, compiled once and kept by their text. */
export class RecordFilter<T> {
  readonly #fields: Field<T>;
  readonly #compiled = new LRUCache<string, Test<T>>({max: compiledExpressionsMax, maxSize: keptRegexpSizeMax + compiledExpressionsMax});

  constructor(fields: Field<T>) {
    this.#fields = fields;
  }

  /**
   * The test that an expression stands for; undefined where there is none.
   * @param before what stands before the error's text
   * @throws ConsulError 500 with Consul's text
   */
  compile(text: string, before = evaluatorFailed): Test<T> | undefined {
    if (text === '') return undefined;
    const known = this.#compiled.get(text);
    if (known !== undefined) return known;
    const compilation: Compilation = {regexpSize: 0};
    const test = asRefusal(() => compileOver(this.#fields, parseExpression(text), compilation), before);
    if (text.length <= keptExpressionCharsMax) this.#compiled.set(text, test, {size: 1 + compilation.regexpSize});
    return test;
  }

  /** As `compile`, for an answer that looks at fields only once there is a record: their faults are told then, without a word before them. */
  compileLate(text: string, hasRecords: boolean): Test<T> | undefined {
    if (text === '') return undefined;
    const expression = asRefusal(() => parseExpression(text));
    return hasRecords ? asRefusal(() => compileOver(this.#fields, expression, {regexpSize: 0}), '') : () => false;
  }
}

/** @throws FilterError what a field refuses, the first from the left */
function compileOver<T>(fields: Field<T>, expression: Expression, compilation: Compilation): Test<T> {
  switch (expression.kind) {
    case 'match': return fields.compile(expression, 0, compilation);
    case 'not': {
      const operand = compileOver(fields, expression.operand, compilation);
      return (value) => !operand(value);
    }
    case 'and': {
      const operands = expression.operands.map((operand) => compileOver(fields, operand, compilation));
      return (value) => operands.every((operand) => operand(value));
    }
    case 'or': {
      const operands = expression.operands.map((operand) => compileOver(fields, operand, compilation));
      return (value) => operands.some((operand) => operand(value));
    }
  }
}

function asRefusal<R>(compile: () => R, before = evaluatorFailed): R {
  try {
    return compile();
  } catch (error) {
    if (!(error instanceof FilterError)) throw error;
    throw new ConsulError(`${before}${error.message}`);
  }
}
