import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GNU_TIME, parseUsage, runInTurn, runProgram } from '../../bench/program';

test('reads what GNU time wrote', () => {
  expect(parseUsage('0.47 0.05 98592\n')).toEqual({ userMs: 470, systemMs: 50, peakBytes: 98592 * 1024 });
  expect(() => parseUsage('usage: time [-lp] command')).toThrow('not three numbers; GNU time is needed');
});

const NODE = { command: process.execPath, args: ['-e', '0'], cwd: tmpdir(), stdout: '/dev/null' };

if (existsSync(GNU_TIME)) {
  describeRealPrograms();
} else {
  test('without GNU time, it asks for it', () => {
    expect(() => runProgram(NODE)).toThrow('install the package `time`');
  });
}

function describeRealPrograms(): void {
  let scratch: string;
  const node = (script: string) => ({
    command: process.execPath,
    args: ['-e', script],
    cwd: scratch,
    stdout: join(scratch, 'out.txt'),
  });

  beforeEach(() => {
    scratch = mkdtempSync(join(tmpdir(), 'hyperion-bench-program-'));
  });
  afterEach(() => {
    rmSync(scratch, { recursive: true });
  });

  test('is measured as a whole: its memory, its processor time, its output', () => {
    const busy =
      'const b = Buffer.alloc(64 << 20, 1); const t = Date.now(); while (Date.now() - t < 300); console.log(b.length)';
    const usage = runProgram(node(busy));
    expect(readFileSync(join(scratch, 'out.txt'), 'utf8')).toBe(`${64 << 20}\n`);
    expect(usage.peakBytes).toBeGreaterThan(64 << 20);
    expect(usage.wallMs).toBeGreaterThan(300);
    expect(usage.userMs).toBeGreaterThan(0);
  });

  test('one after the other: times add up, memory does not', () => {
    const usage = runInTurn([node('0'), node('0')]);
    const one = runProgram(node('0'));
    expect(usage.peakBytes).toBeLessThan(1.5 * one.peakBytes);
    expect(usage.wallMs).toBeGreaterThan(0);
  });

  test('that fails is an error with its own words', () => {
    expect(() => runProgram(node('console.error("no such chart"); process.exit(3)'))).toThrow(
      /process\.exit\(3\): exit code 3\nno such chart/,
    );
  });
}
