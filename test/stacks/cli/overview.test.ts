import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { Size } from 'cdk8s';
import { smallEnvironment } from '../small-platform';
import { Terminal } from './terminal';

let terminal: Terminal;

beforeEach(() => {
  terminal = new Terminal();
});

afterEach(() => {
  terminal.close();
});

describe('hyperion overview (npm start)', () => {
  test('writes, checks, and shows where to look', () => {
    const { code, out } = terminal.run(['overview']);
    expect(code).toBe(0);
    expect(out).toMatch(
      /^environment {2}components {2}objects {2}connections {2}findings  +time\nsmall-dev +3 +\d+ +3 +0  +\d\.\d s\n/,
    );
    expect(out).toContain('Manifests for review:  dist/small-dev/manifests/');
    expect(out).toContain('All of it as a page:   npx hyperion review small-dev --out review\n');
    expect(readdirSync(join(terminal.cwd, 'dist')).sort()).toEqual(['small-dev', 'small-prod']);
  });

  test('findings are counted, and lead to check', () => {
    const short = { short: smallEnvironment({ name: 'short', queue: Size.mebibytes(1) }) };
    const { code, out } = terminal.run(['overview'], short);
    expect(code).toBe(1);
    expect(out).toMatch(/^short +0 +0 +0 +1 /m);
    expect(out).toContain('npx hyperion check');
  });
});
