/**
 * `hyperion scan`, with a program in Trivy's place that finds something in one image.
 */
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Terminal } from './terminal';

let terminal: Terminal;
const path = process.env.PATH;

beforeEach(() => {
  terminal = new Terminal();
});

afterEach(() => {
  process.env.PATH = path;
  terminal.close();
});

/** Puts a `trivy` on the PATH that finds something in images whose name matches. */
function trivyThatFinds(pattern: string): void {
  const folder = join(terminal.cwd, 'bin');
  mkdirSync(folder);
  const program = join(folder, 'trivy');
  writeFileSync(
    program,
    `#!/bin/sh\nfor image; do :; done\ncase "$image" in ${pattern}) echo "CVE-0000-0001 in $*"; exit 1;; esac\n`,
  );
  chmodSync(program, 0o755);
  process.env.PATH = `${folder}:${path ?? ''}`;
}

test('an image with a finding is shown with what Trivy said, and the exit code is 1', () => {
  trivyThatFinds('*loki:*');
  const { code, out } = terminal.run(['scan', 'small-dev']);
  expect(code).toBe(1);
  expect(out).toContain(
    'docker.io/grafana/loki:3.7.8:\nCVE-0000-0001 in image --quiet --severity HIGH,CRITICAL --ignore-unfixed --exit-code 1 --timeout 15m docker.io/grafana/loki:3.7.8\n',
  );
  expect(out).toMatch(/small-dev: 1 of \d+ images have findings with a fix\n$/);
});

test('clean images are exit code 0, for machines too', () => {
  trivyThatFinds('nothing');
  const { code, out } = terminal.run(['scan', 'small-dev', '--json']);
  expect(code).toBe(0);
  const { environment, images } = JSON.parse(out) as {
    environment: string;
    images: { image: string; clean: boolean }[];
  };
  expect(environment).toBe('small-dev');
  expect(images.map(({ clean }) => clean)).not.toContain(false);
  expect(images.map(({ image }) => image)).toContain('docker.io/grafana/loki:3.7.8');
});

test('without Trivy it says what is missing', () => {
  process.env.PATH = terminal.cwd;
  expect(terminal.run(['scan', 'small-dev'])).toMatchObject({
    code: 2,
    err: expect.stringContaining('install Trivy and put it on the PATH') as string,
  });
});

test('an unknown environment is wrong use', () => {
  expect(terminal.run(['scan', 'small-dve']).code).toBe(2);
});
