/**
 * The end of `npm test`, from jest's report: what was left out and why, and one line of numbers.
 */
'use strict';

/** @returns the text, and whether nothing failed or, under CI, was left out */
function summarise(report, { isFast, isCi }) {
  const skipped = report.testResults.flatMap((file) =>
    file.assertionResults.filter(({ status }) => status === 'pending' || status === 'todo'),
  );
  const unexcused = skipped.filter((test) => !isExcused(test));
  // A file that does not even load has no tests to count.
  const failed = report.numFailedTests + report.numRuntimeErrorTestSuites;
  const lines = [
    '',
    ...(isFast
      ? ['Left out by --fast: real programs (test/proof/) and processes of ours (*.process.test.ts)']
      : []),
    ...skippedLines(skipped),
    ...(isCi && unexcused.length > 0 ? ['With CI=true nothing may be skipped.'] : []),
    `${report.numPassedTests} passed, ${failed} failed, ${skipped.length} skipped`,
  ];
  return { text: lines.join('\n'), isGood: failed === 0 && !(isCi && unexcused.length > 0) };
}

/** Needs a program that no registry has (`proofOnPath` in `test/tools/proof.ts`): not even CI can promise it. */
function isExcused({ ancestorTitles }) {
  return ancestorTitles.some((title) => title.includes('[not run: in no registry, and not on the PATH: '));
}

/** One line for each proof that was left out; its title ends with the reason (`test/tools/proof.ts`). */
function skippedLines(skipped) {
  const counts = new Map();
  for (const { ancestorTitles, title } of skipped) {
    const proof = ancestorTitles.find((ancestor) => ancestor.includes('[not run: '));
    const name = proof ?? [...ancestorTitles, title].join(' ');
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  if (counts.size === 0) return [];
  return [
    'Skipped:',
    ...[...counts].map(([name, count]) => `  ${name}${count > 1 ? ` (${count} tests)` : ''}`),
  ];
}

module.exports = { summarise };
