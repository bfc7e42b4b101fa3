import nx from '@nx/eslint-plugin';
import prettier from 'eslint-config-prettier';
import { defineConfig, globalIgnores } from 'eslint/config';
import tseslint from 'typescript-eslint';

/** Who may import whom; docs/architecture.md draws it. */
const boundaries = [
  { sourceTag: 'type:app', onlyDependOnLibsWithTags: ['type:lib'] },
  { sourceTag: 'type:infra', onlyDependOnLibsWithTags: ['lib:manifest'] },
  { sourceTag: 'type:tool', onlyDependOnLibsWithTags: ['lib:manifest'] },
  { sourceTag: 'lib:manifest', onlyDependOnLibsWithTags: [] },
  { sourceTag: 'lib:config', onlyDependOnLibsWithTags: [] },
  { sourceTag: 'lib:problem', onlyDependOnLibsWithTags: [] },
  { sourceTag: 'lib:request-context', onlyDependOnLibsWithTags: [] },
  { sourceTag: 'lib:logging', onlyDependOnLibsWithTags: ['lib:config', 'lib:problem', 'lib:request-context'] },
  { sourceTag: 'lib:health', onlyDependOnLibsWithTags: ['lib:config', 'lib:problem'] },
  { sourceTag: 'lib:metrics', onlyDependOnLibsWithTags: [] },
  { sourceTag: 'lib:tracing', onlyDependOnLibsWithTags: ['lib:config', 'lib:request-context'] },
  { sourceTag: 'lib:secrets', onlyDependOnLibsWithTags: ['lib:config', 'lib:manifest'] },
  { sourceTag: 'lib:contracts', onlyDependOnLibsWithTags: ['lib:manifest', 'lib:problem'] },
  { sourceTag: 'lib:database', onlyDependOnLibsWithTags: ['lib:config', 'lib:manifest', 'lib:problem', 'lib:tracing'] },
  { sourceTag: 'lib:discovery', onlyDependOnLibsWithTags: ['lib:config', 'lib:manifest', 'lib:problem'] },
  {
    sourceTag: 'lib:client',
    onlyDependOnLibsWithTags: [
      'lib:contracts',
      'lib:discovery',
      'lib:manifest',
      'lib:problem',
      'lib:request-context',
      'lib:tracing',
    ],
  },
  { sourceTag: 'lib:auth', onlyDependOnLibsWithTags: ['lib:config', 'lib:contracts', 'lib:problem', 'lib:secrets'] },
  { sourceTag: 'lib:catalog-api', onlyDependOnLibsWithTags: ['lib:contracts', 'lib:problem'] },
  { sourceTag: 'lib:users-api', onlyDependOnLibsWithTags: ['lib:contracts', 'lib:problem'] },
  {
    sourceTag: 'lib:service',
    onlyDependOnLibsWithTags: [
      'lib:config',
      'lib:health',
      'lib:logging',
      'lib:manifest',
      'lib:metrics',
      'lib:problem',
      'lib:request-context',
      'lib:tracing',
    ],
  },
];

export default defineConfig(
  globalIgnores(['**/dist', '**/node_modules', '**/.fairlead', '**/.nx']),
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/consistent-type-definitions': ['error', 'interface'],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      'max-params': ['error', 4],
      'max-lines-per-function': ['error', { max: 60, skipBlankLines: true, skipComments: true }],
      'no-console': 'error',
    },
  },
  {
    files: ['**/*.ts', '**/*.js'],
    plugins: { '@nx': nx },
    rules: {
      '@nx/enforce-module-boundaries': ['error', { enforceBuildableLibDependency: false, depConstraints: boundaries }],
    },
  },
  {
    // The environment is read in one place per process; everything else is handed its settings.
    files: ['{apps,libs}/**/*.ts'],
    ignores: ['apps/*/src/config.ts', '**/*.test.ts', '**/test/**'],
    rules: {
      'no-restricted-properties': ['error', { object: 'process', property: 'env', message: 'Read it in config.ts.' }],
    },
  },
  {
    files: ['**/*.ts'],
    ignores: ['libs/tracing/**'],
    rules: {
      'no-restricted-imports': [
        'error',
        { patterns: [{ group: ['aws-xray-sdk*', '@opentelemetry/*'], message: 'Use the Tracer of libs/tracing.' }] },
      ],
    },
  },
  {
    files: ['**/*.test.ts', '**/test/**/*.ts'],
    rules: {
      'max-lines-per-function': 'off',
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
    },
  },
  prettier,
);
