import { expandVariables } from '../../../../stacks/local/plan/pod-variables';

const VARIABLES = { NAME: 'loki', EMPTY: '', NESTED: '$(NAME)' };

test.each([
  ['$(NAME)', 'loki'],
  ['http://$(NAME):3100/$(NAME)', 'http://loki:3100/loki'],
  ['[$(EMPTY)]', '[]'],
  ['$(UNKNOWN)', '$(UNKNOWN)'],
  ['$$(NAME)', '$(NAME)'],
  ['$$$(NAME)', '$loki'],
  ['$$$$', '$$'],
  ['$NAME and ${NAME}', '$NAME and ${NAME}'],
  ['$(NAME', '$(NAME'],
  ['$()', '$()'],
  ['a $ at the end $', 'a $ at the end $'],
  ['$(NESTED)', '$(NAME)'],
  ['$(toString)', '$(toString)'],
])('%s becomes %s', (text, expanded) => {
  expect(expandVariables(text, VARIABLES)).toBe(expanded);
});
