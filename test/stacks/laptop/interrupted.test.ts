import { EventEmitter } from 'node:events';

import { interrupted } from '../../../stacks/cli/interrupted';

class FakeProcess extends EventEmitter {
  public readonly exits: number[] = [];
  public exit(code: number): never {
    this.exits.push(code);
    return undefined as never;
  }
}

afterEach(() => {
  jest.useRealTimers();
});

test('the second signal of one press is nothing; a second press ends at once', async () => {
  jest.useFakeTimers();
  const fake = new FakeProcess();
  const resolved = interrupted(fake as unknown as NodeJS.Process);
  fake.emit('SIGINT');
  await resolved;
  jest.advanceTimersByTime(500);
  fake.emit('SIGTERM');
  expect(fake.exits).toEqual([]);
  jest.advanceTimersByTime(1000);
  fake.emit('SIGINT');
  expect(fake.exits).toEqual([130]);
});
