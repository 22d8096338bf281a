import { join } from 'node:path';

import { Laptop } from '../../../stacks/laptop/laptop';
import { SERVICE_NAMES } from '../../../stacks/laptop/service-definition';
import { LaptopFixture } from './laptop-fixture';

let fixture: LaptopFixture;

beforeEach(() => {
  fixture = new LaptopFixture();
});

afterEach(() => fixture.close());

async function laptopWith(broken: Readonly<Record<string, string>> = {}): Promise<Laptop> {
  const definitions = await Promise.all(
    SERVICE_NAMES.map((name) => fixture.definition(name, name === 'collector' ? broken : {})),
  );
  return new Laptop({
    definitions,
    programOf: () => fixture.program,
    logFileOf: (name) => join(fixture.folder, `${name}.log`),
    report: fixture.report,
    progress: fixture.report,
  });
}

test('receivers start before senders, and what is under way ends before what it needs', async () => {
  const laptop = await laptopWith();
  await laptop.start();
  expect(laptop.services.map(({ name, state }) => `${name} ${state}`)).toEqual([
    'streamer running',
    'proxy running',
    'broker running',
    'collector running',
    'api running',
  ]);
  await laptop.stop();
  expect(fixture.notes()).toEqual([
    'broker started',
    'proxy started',
    'collector started',
    'api started',
    'streamer started',
    'streamer stopped',
    'collector stopped',
    'proxy stopped',
    'broker stopped',
    'api stopped',
  ]);
  expect(fixture.said.slice(0, 2)).toEqual(['starting broker (1 of 5)', 'starting proxy (2 of 5)']);
});

test('when one does not start, the others can still be stopped in order', async () => {
  const laptop = await laptopWith({ FAKE: 'ends', FAKE_CODE: '78' });
  await expect(laptop.start()).rejects.toThrow('collector ended by itself (exit code 78), and is left so');
  await laptop.stop();
  expect(laptop.services.map(({ state }) => state)).toEqual([
    'stopped',
    'stopped',
    'stopped',
    'failed',
    'stopped',
  ]);
  expect(fixture.notes().slice(-2)).toEqual(['proxy stopped', 'broker stopped']);
});
