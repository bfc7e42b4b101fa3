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
  { sourceTag: 'lib:logging', onlyDependOnLibsWithTags: ['lib:config', 'lib:problem'] },
  { sourceTag: 'lib:health', onlyDependOnLibsWithTags: ['lib:config', 'lib:problem'] },
  { sourceTag: 'lib:contracts', onlyDependOnLibsWithTags: ['lib:manifest', 'lib:problem'] },
  { sourceTag: 'lib:database', onlyDependOnLibsWithTags: ['lib:config', 'lib:manifest', 'lib:problem'] },
  {
    sourceTag: 'lib:service',
    onlyDependOnLibsWithTags: ['lib:config', 'lib:health', 'lib:logging', 'lib:manifest', 'lib:problem'],
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
