/**
 * An ESLint rule: a generator that is called and then left lying does nothing at all, and nobody is told. A sliced cascade
 * (docs/decisions/0008-long-work-in-slices.md) without its `yield*` is such a call; so is one in a callback whose result
 * nobody looks at.
 */
const generatorNames = new Set(['Generator', 'AsyncGenerator']);
const nullish = new Set(['void', 'undefined']);

export const noIdleGenerators = {
  meta: {
    type: 'problem',
    schema: [],
    messages: {
      idle: 'This calls a generator and does not run it: say `yield*` before it, or give it to who drives it.',
      dropped: 'This callback is a generator, or gives one, but its result is thrown away: nothing of it would run.',
    },
  },
  create(context) {
    const services = context.sourceCode.parserServices;
    const checker = services.program.getTypeChecker();
    const isGenerator = (type) => (type.isUnion() ? type.types.some(isGenerator) : generatorNames.has(type.symbol?.name));
    const isNothing = (type) => (type.isUnion() ? type.types : [type]).every((one) => nullish.has(checker.typeToString(one)));
    const returns = (type) => type.getCallSignatures().map((signature) => checker.getReturnTypeOfSignature(signature));
    const bare = (node) => (node.type === 'UnaryExpression' && node.operator === 'void') || node.type === 'AwaitExpression' ? bare(node.argument) : node;

    const callback = (node) => {
      const given = services.esTreeNodeToTSNodeMap.get(node);
      const wanted = checker.getContextualType(given);
      if (wanted === undefined) return;
      const wantedReturns = (wanted.isUnion() ? wanted.types : [wanted]).flatMap(returns);
      if (wantedReturns.length > 0 && wantedReturns.every(isNothing) && returns(checker.getTypeAtLocation(given)).some(isGenerator)) {
        context.report({node, messageId: 'dropped'});
      }
    };

    return {
      ExpressionStatement(node) {
        const expression = bare(node.expression);
        if (expression.type === 'YieldExpression' || expression.type === 'AssignmentExpression') return;
        if (isGenerator(services.getTypeAtLocation(expression))) context.report({node, messageId: 'idle'});
      },
      'CallExpression > ArrowFunctionExpression, CallExpression > FunctionExpression, Property > ArrowFunctionExpression, Property > FunctionExpression': callback,
      'CallExpression > Identifier.arguments, CallExpression > MemberExpression.arguments': callback,
    };
  },
};
