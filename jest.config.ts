import type { Config } from 'jest';

const config: Config = {
  testMatch: ['<rootDir>/test/**/*.test.ts'],
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      { jsc: { parser: { syntax: 'typescript' }, target: 'es2022' }, module: { type: 'commonjs' } },
    ],
  },
  testEnvironment: '<rootDir>/test/environment.js',
  // Tests run in a context of their own, where names of the language are slow to look up: what hashes took ten times as long.
  sandboxInjectedGlobals: ['Math', 'Number', 'Object'],
  testSequencer: '<rootDir>/test/sequencer.js',
  // Five seconds are little on a machine that does other things; what hangs is still found.
  testTimeout: 30_000,
  // The machine has two cores, and real programs run beside the tests: with three, API servers were too slow for their proofs.
  maxWorkers: 2,
};

export default config;
