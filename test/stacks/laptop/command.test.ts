import { existsSync } from 'node:fs';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { join } from 'node:path';

import { Terminal } from '../cli/terminal';

let terminal: Terminal;
let taken: Server;

beforeAll(async () => {
  taken = createServer();
  await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
});

afterAll(() => {
  taken.close();
});

beforeEach(() => {
  terminal = new Terminal();
});

afterEach(() => {
  terminal.close();
});

test('a port that is taken: where, what, remedy; and nothing was made', async () => {
  const { port } = taken.address() as AddressInfo;
  const { code, out, err } = await terminal.runOn(['laptop', '--port', String(port)]);
  expect(code).toBe(2);
  expect(out).toBe('');
  expect(err).toBe(
    [
      `hyperion: console: 127.0.0.1:${port} is taken by another program`,
      '  rule:   the console needs a port of its own',
      '  remedy: stop the other program, or choose another port: npm start -- --port 8080',
      '',
    ].join('\n'),
  );
  expect(existsSync(join(terminal.cwd, '.hyperion'))).toBe(false);
});

test.each(['x', '65536', '-1', ''])('--port %j is no port', async (port) => {
  const { code, err } = await terminal.runOn(['laptop', `--port=${port}`]);
  expect(code).toBe(2);
  expect(err).toBe(`hyperion: --port ${port}: it is a number from 0 (any) to 65535, e.g. 8081\n`);
});

test('--help names the options of npm start', () => {
  const { code, out } = terminal.run(['laptop', '--help']);
  expect(code).toBe(0);
  for (const option of ['--port <port>', '--once', '--reset', '--state <dir>', '--no-serve']) {
    expect(out).toContain(option);
  }
});
