import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createConnection, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { askControl, serveControl, type ControlRequest } from '../../../stacks/local/control';

const folder = mkdtempSync(join(tmpdir(), 'hyperion-control-'));
const path = join(folder, 'control.sock');
let server: Server | undefined;

afterEach(() => {
  server?.close();
  server = undefined;
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

async function serve(handle: (request: ControlRequest) => Promise<unknown>): Promise<void> {
  server = await serveControl(path, handle);
}

test('a request is answered with what was done', async () => {
  await serve((request) => Promise.resolve({ done: request }));
  await expect(askControl(path, { action: 'kill', name: 'loki' })).resolves.toEqual({
    done: { action: 'kill', name: 'loki' },
  });
});

test('what could not be done is said', async () => {
  await serve(() => Promise.reject(new Error('there is no pod nobody')));
  await expect(askControl(path, { action: 'kill', name: 'nobody' })).rejects.toThrow(
    'there is no pod nobody',
  );
});

test('a socket that a killed run left is replaced', async () => {
  writeFileSync(path, 'left behind');
  await serve(() => Promise.resolve('here'));
  await expect(askControl(path, { action: 'status' })).resolves.toBe('here');
});

test('nothing runs there', async () => {
  await expect(askControl(join(folder, 'none.sock'), { action: 'status' })).rejects.toThrow('ENOENT');
});

test('whoever sends no request gets a problem, and the server goes on', async () => {
  await serve(() => Promise.resolve('here'));
  const answer = await new Promise<string>((resolve) => {
    const socket = createConnection(path, () => socket.write('x'.repeat(5000)));
    socket.setEncoding('utf8').once('data', (text: string) => {
      resolve(text);
    });
  });
  expect(JSON.parse(answer)).toEqual({ ok: false, problem: 'a request has at most 4096 bytes' });
  await expect(askControl(path, { action: 'status' })).resolves.toBe('here');
});
