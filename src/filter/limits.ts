/** Characters of an expression: some thousand comparisons. A longer one would keep the loop too long. */
export const expressionCharsMax = 64 << 10;
/** Parentheses and negations within one another. Consul has no such bound, but takes seconds for ten of them. */
export const nestingMax = 100;
/** Compiled expressions kept for each type of record. */
export const compiledExpressionsMax = 256;
/** An expression longer than this is compiled each time: the cache is for what is asked again and again. */
export const keptExpressionCharsMax = 4 << 10;
