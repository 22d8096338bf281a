import { Terminal } from './terminal';

const terminal = new Terminal();
afterAll(() => {
  terminal.close();
});

test.each([
  [
    ['local', 'small-dev', '--status'],
    /small-dev does not run here; start it with: hyperion local small-dev/,
  ],
  [['local', 'small-dev', '--kill', 'x'], /small-dev does not run here/],
  [['local', 'nobody'], /there is no environment "nobody"/],
])('%j is wrong use', async (args, says) => {
  const { code, err } = await terminal.runOn(args);
  expect(code).toBe(2);
  expect(err).toMatch(says);
});
