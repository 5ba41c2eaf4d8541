/** Characters of an expression: some thousand comparisons. A longer one would keep the loop too long. */
export const expressionCharsMax = 32 << 10;
/** Parentheses and negations within one another. Consul has no such bound, but takes seconds for ten of them. */
export const nestingMax = 100;
/** Instructions of all regular expressions of an expression. They take some hundredths of a second to compile. */
export const regexpSizeMax = 2_500;
/**
 * Instructions of regular expressions times characters of a text: what cannot be interrupted. At worst it takes a tenth of a
 * second; expressions as people write them meet it with no text there is.
 */
export const regexpStepsMax = 500_000;
/** Compiled expressions kept for each type of record. */
export const compiledExpressionsMax = 256;
/** Instructions of all regular expressions kept for a type of record: one may come to hold some kilobytes. */
export const keptRegexpSizeMax = 5_000;
/** An expression longer than this is compiled each time: the cache is for what is asked again and again. */
export const keptExpressionCharsMax = 4 << 10;
