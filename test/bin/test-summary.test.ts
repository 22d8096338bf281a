import { createRequire } from 'node:module';

interface Options {
  readonly isFast: boolean;
  readonly isCi: boolean;
}

const { summarise } = createRequire(__filename)('../../bin/test-summary.js') as {
  summarise: (report: object, options: Options) => { text: string; isGood: boolean };
};

const LOCAL = { isFast: false, isCi: false };

function report(skippedTitles: readonly (readonly string[])[], failed = 0, unloadable = 0): object {
  const assertionResults = [
    { status: 'passed', ancestorTitles: [], title: 'fine' },
    ...skippedTitles.map((titles) => ({
      status: 'pending',
      ancestorTitles: titles.slice(0, -1),
      title: titles.at(-1),
    })),
  ];
  return {
    numPassedTests: 7,
    numFailedTests: failed,
    numRuntimeErrorTestSuites: unloadable,
    testResults: [{ assertionResults }],
  };
}

test('all passed', () => {
  expect(summarise(report([]), LOCAL)).toEqual({ text: '\n7 passed, 0 failed, 0 skipped', isGood: true });
});

test('a file that does not load counts as a failure', () => {
  expect(summarise(report([], 1, 1), LOCAL)).toEqual({
    text: '\n7 passed, 2 failed, 0 skipped',
    isGood: false,
  });
});

test('a proof left out is listed once with its reason', () => {
  const title =
    'Loki accepts the configuration [not run: loki 3.7.8: needs Go >= 1.25, found no go on the PATH]';
  const skipped = [
    [title, 'dev'],
    [title, 'prod'],
  ];
  expect(summarise(report(skipped), LOCAL)).toEqual({
    text: `\nSkipped:\n  ${title} (2 tests)\n7 passed, 0 failed, 2 skipped`,
    isGood: true,
  });
});

test('with CI=true a skip is a failure', () => {
  const { text, isGood } = summarise(report([['a', 'b']]), { isFast: false, isCi: true });
  expect(text).toBe('\nSkipped:\n  a b\nWith CI=true nothing may be skipped.\n7 passed, 0 failed, 1 skipped');
  expect(isGood).toBe(false);
});

test('with CI=true only what no registry has may be skipped, and it is still said', () => {
  const title = 'pulumi up [not run: in no registry, and not on the PATH: pulumi]';
  expect(summarise(report([[title, 'changes nothing']]), { isFast: false, isCi: true })).toEqual({
    text: `\nSkipped:\n  ${title}\n7 passed, 0 failed, 1 skipped`,
    isGood: true,
  });
  const both = summarise(report([[title, 'changes nothing'], ['b']]), { isFast: false, isCi: true });
  expect(both.text).toContain('With CI=true nothing may be skipped.');
  expect(both.isGood).toBe(false);
});

test('--fast says what it leaves out', () => {
  expect(summarise(report([]), { isFast: true, isCi: false }).text).toBe(
    '\nLeft out by --fast: real programs (test/proof/) and processes of ours (*.process.test.ts)\n7 passed, 0 failed, 0 skipped',
  );
});
