/**
 * The order of the test files: the fast ones first, the proofs with real programs last, so that a mistake shows within
 * seconds. Within each half, jest's own order (the longest first, which keeps both cores busy to the end).
 */
const Sequencer = require('@jest/test-sequencer').default;

const PROOFS = /[/\\]test[/\\]proof[/\\]/;

module.exports = class FastFirst extends Sequencer {
  sort(tests) {
    const ordered = super.sort(tests);
    return [
      ...ordered.filter(({ path }) => !PROOFS.test(path)),
      ...ordered.filter(({ path }) => PROOFS.test(path)),
    ];
  }
};
