import { connectionIds } from '../../../stacks/review/connection-ids';

test('each connection has an identifier of its own; the first keeps the plain one', () => {
  const connection = (to: string, purpose: string) => ({ from: 'a', to, purpose });
  expect(
    connectionIds([
      connection('b/http', 'writes'),
      connection('c/http', 'writes'),
      connection('b/http', 'reads'),
      connection('b/http', 'reads'),
      connection('b/http', 'reads'),
    ]),
  ).toEqual([
    'a → b/http',
    'a → c/http',
    'a → b/http (reads)',
    'a → b/http (reads, 2)',
    'a → b/http (reads, 3)',
  ]);
});
