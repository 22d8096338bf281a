/**
 * Where each test file runs: jest's environment for Node.js, which leaves nothing behind. With each file, jest-circus makes
 * an `AsyncLocalStorage` that it never switches off, and before Node.js 24 every promise of the process pays for each of
 * them: after a hundred files, what waits much takes five times as long.
 */
const { AsyncLocalStorage } = require('node:async_hooks');
const { TestEnvironment } = require('jest-environment-node');

const used = new Set();

for (const method of ['run', 'enterWith']) {
  const original = AsyncLocalStorage.prototype[method];
  AsyncLocalStorage.prototype[method] = function (...args) {
    used.add(this);
    return original.apply(this, args);
  };
}

module.exports = class extends TestEnvironment {
  async teardown() {
    for (const storage of used) storage.disable();
    used.clear();
    await super.teardown();
  }
};
