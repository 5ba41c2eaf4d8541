import js from '@eslint/js';
import tseslint from 'typescript-eslint';
import {noIdleGenerators} from './scripts/no-idle-generators.mjs';

export default tseslint.config(
  {ignores: ['dist/', 'node_modules/', 'ui/dist/', 'coverage/']},
  js.configs.recommended,
  {
    files: ['**/*.ts'],
    extends: [...tseslint.configs.recommendedTypeChecked],
    plugins: {project: {rules: {'no-idle-generators': noIdleGenerators}}},
    languageOptions: {parserOptions: {projectService: true, tsconfigRootDir: import.meta.dirname}},
    rules: {
      'project/no-idle-generators': 'error',
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': ['error', {considerDefaultExhaustiveForUnions: true}],
      '@typescript-eslint/consistent-type-imports': ['error', {fixStyle: 'inline-type-imports', disallowTypeAnnotations: false}],
      '@typescript-eslint/no-unused-vars': ['error', {argsIgnorePattern: '^_', varsIgnorePattern: '^_'}],
      '@typescript-eslint/require-await': 'off',
      '@typescript-eslint/restrict-template-expressions': ['error', {allowNumber: true, allowBoolean: true}],
      'no-empty': ['error', {allowEmptyCatch: false}],
      'no-control-regex': 'off',
      eqeqeq: 'error',
      'prefer-const': ['error', {ignoreReadBeforeAssign: true}],
    },
  },
  {
    files: ['**/*.js', '**/*.mjs'],
    languageOptions: {globals: {process: 'readonly', console: 'readonly', URL: 'readonly', Buffer: 'readonly', setTimeout: 'readonly', setInterval: 'readonly', clearInterval: 'readonly', clearTimeout: 'readonly', performance: 'readonly', fetch: 'readonly', AbortSignal: 'readonly', document: 'readonly', window: 'readonly', location: 'readonly', EventSource: 'readonly', TextDecoder: 'readonly', setImmediate: 'readonly'}},
  },
);
