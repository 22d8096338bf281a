import type { Config } from 'jest';

const config: Config = {
  testMatch: ['<rootDir>/test/**/*.test.ts'],
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      { jsc: { parser: { syntax: 'typescript' }, target: 'es2022' }, module: { type: 'commonjs' } },
    ],
  },
  testEnvironment: 'node',
  testSequencer: '<rootDir>/test/sequencer.js',
  // The machine has two cores, and real programs run beside the tests.
  maxWorkers: 2,
};

export default config;
