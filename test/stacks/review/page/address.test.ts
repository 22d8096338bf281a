import { addressOf, parseAddress, VIEWS } from '../../../../stacks/review/page/address';

test('an identifier with slashes, spaces and arrows is one part, and comes back as it was', () => {
  const id = 'otel-logs → loki/http (lines read, 2)';
  expect(addressOf('connection', id)).toBe(
    '#/connection/otel-logs%20%E2%86%92%20loki%2Fhttp%20(lines%20read%2C%202)',
  );
  expect(parseAddress(addressOf('connection', id))).toEqual({ view: 'connection', parts: [id] });
});

test('several parts stay several', () => {
  expect(addressOf('component', 'loki', 'config', 'loki-config', 'a/b.yaml')).toBe(
    '#/component/loki/config/loki-config/a%2Fb.yaml',
  );
  expect(parseAddress('#/component/loki/config/loki-config/a%2Fb.yaml')).toEqual({
    view: 'component',
    parts: ['loki', 'config', 'loki-config', 'a/b.yaml'],
  });
});

test.each(['', '#', '#/'])('no address at all (%p) is the summary', (hash) => {
  expect(parseAddress(hash)).toEqual({ view: 'summary', parts: [] });
});

test('every view comes back', () => {
  for (const view of VIEWS) expect(parseAddress(addressOf(view))).toEqual({ view, parts: [] });
});

test.each(['#/nowhere', '#/Flow', '#/constructor', '#/flow/%E0%A4%A'])('%s is no address', (hash) => {
  expect(parseAddress(hash)).toBeUndefined();
});

test('a slash too many does no harm', () => {
  expect(parseAddress('#/alerts/')).toEqual({ view: 'alerts', parts: [] });
});
