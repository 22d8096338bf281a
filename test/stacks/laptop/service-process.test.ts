import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { isAlive, LaptopFixture, until } from './laptop-fixture';

let fixture: LaptopFixture;

beforeEach(() => {
  fixture = new LaptopFixture();
});

afterEach(() => fixture.close());

test('starts, is ready, stops in order, and what it said is in its log', async () => {
  const service = await fixture.process({ SERVICE_TOKEN: 'sixteen-letters-x' });
  expect(service.state).toBe('waiting');
  await service.start();
  expect(service.state).toBe('running');
  const { pid = 0 } = service;
  expect(isAlive(pid)).toBe(true);
  await service.stop();
  expect(service.state).toBe('stopped');
  expect(isAlive(pid)).toBe(false);
  expect(fixture.notes()).toEqual(['broker started', 'broker stopped']);
  expect(readFileSync(join(fixture.folder, 'broker.log'), 'utf8')).toBe(
    'token sixteen-letters-x\nlistening\n',
  );
  expect(fixture.said).toEqual([]);
});

test('one that is killed is started again', async () => {
  const service = await fixture.process();
  await service.start();
  const { pid = 0 } = service;
  process.kill(pid, 'SIGKILL');
  await until('it runs again', () => service.state === 'running' && service.pid !== pid);
  expect(service.restarts).toBe(1);
  expect(service.lastEnd).toBe('signal SIGKILL');
  expect(fixture.said).toEqual(['broker ended by itself (signal SIGKILL); it is started again']);
});

test('one that always ends is left so, with its last lines', async () => {
  const service = await fixture.process({ FAKE: 'ends', FAKE_CODE: '1' }, { ends: 3 });
  const start = service.start();
  await expect(start).rejects.toMatchObject({ name: 'LaptopError', exitCode: 1 });
  await expect(start).rejects.toThrow(
    'broker ended by itself (exit code 1, 3 times in a row), and is left so\n  its last lines:\n',
  );
  await expect(start).rejects.toThrow('    the disk is on fire\n');
  await expect(start).rejects.toThrow(`  all of them: ${join(fixture.folder, 'broker.log')}`);
  expect(service.state).toBe('failed');
  expect(fixture.notes()).toEqual(['broker started', 'broker started', 'broker started']);
});

test('one whose settings are wrong (exit code 78) is not started again', async () => {
  const service = await fixture.process({ FAKE: 'ends', FAKE_CODE: '78' });
  await expect(service.start()).rejects.toThrow('broker ended by itself (exit code 78), and is left so');
  expect(fixture.notes()).toEqual(['broker started']);
});

test('one that does not become ready is told of with its reason', async () => {
  const service = await fixture.process({ FAKE: 'never-ready' }, { readyMs: 1500 });
  await expect(service.start()).rejects.toThrow('broker is not ready after 1.5 s: no broker is up');
});

test('one that does not stop is killed', async () => {
  const service = await fixture.process({ FAKE: 'deaf' }, { stopMs: 300 });
  await service.start();
  const { pid = 0 } = service;
  await service.stop();
  expect(isAlive(pid)).toBe(false);
  expect(fixture.notes()).toEqual(['broker started', 'broker stopped']);
  expect(fixture.said).toEqual(['broker did not stop within 0.3 s: killed']);
});

test('a service stops when its runner is killed', async () => {
  const notes = join(fixture.folder, 'notes');
  const runner = spawn(process.execPath, [join(__dirname, 'fake-runner.js')], {
    env: { ...process.env, FAKE_NAME: 'broker', FAKE_NOTES: notes },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [data] = (await once(runner.stdout, 'data')) as [Buffer];
  const pid = Number(data.toString());
  expect(isAlive(pid)).toBe(true);
  runner.kill('SIGKILL');
  await until('the service is gone', () => !isAlive(pid));
  expect(fixture.notes()).toEqual(['broker started', 'broker stopped']);
});
