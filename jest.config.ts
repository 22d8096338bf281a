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
  // The machine has two cores. The proofs with real programs run on one worker (bin/test.mjs).
  maxWorkers: 2,
};

export default config;
