import { parseSettings } from '../../infra/parse-settings';
import { SettingError, throwProblems } from '../../infra/setting-error';
import { defaultTags, Ownership } from '../../infra/tags';
import { Type } from '@sinclair/typebox';

const SETTINGS = Type.Object(
  { ownership: Ownership, nodes: Type.Integer({ minimum: 1 }) },
  { additionalProperties: false },
);

function messageOf(value: unknown): string {
  try {
    throwProblems(parseSettings(SETTINGS, value, 'Pulumi.test.yaml: hyperion:azure').problems);
  } catch (error) {
    if (error instanceof SettingError) return error.message;
    throw error;
  }
  return '';
}

test('settings that keep their schema are what they were', () => {
  const value = { ownership: { owner: 'platform', costCentre: '4711' }, nodes: 3 };
  expect(parseSettings(SETTINGS, value, 'here')).toEqual({ settings: value, problems: [] });
});

test('everything that is wrong is told at once: what is missing, unknown or of the wrong form', () => {
  expect(messageOf({ ownership: { owner: '', costCenter: 'x' }, nodes: 0 })).toBe(
    [
      'Pulumi.test.yaml: hyperion:azure.ownership: costCentre = undefined',
      '  rule:   it has to be set: expected string',
      '  remedy: set it: nobody but you can decide it',
      'Pulumi.test.yaml: hyperion:azure.ownership: costCenter = "x"',
      '  rule:   settings have no such property',
      '  remedy: remove it, or correct its spelling',
      'Pulumi.test.yaml: hyperion:azure.ownership: owner = ""',
      '  rule:   expected string length greater or equal to 1',
      '  remedy: correct the value',
      'Pulumi.test.yaml: hyperion:azure: nodes = 0',
      '  rule:   expected integer to be greater or equal to 1',
      '  remedy: correct the value',
    ].join('\n'),
  );
});

test('a list of mistakes without end is cut', () => {
  const many = Object.fromEntries(Array.from({ length: 100 }, (_, index) => [`unknown${index}`, index]));
  expect(parseSettings(SETTINGS, many, 'here').problems).toHaveLength(50);
});

test('tags say whose it is and who pays', () => {
  expect(
    defaultTags(
      { system: 'hyperion', environment: 'hyperion-dev' },
      { owner: 'platform', costCentre: '4711' },
    ),
  ).toEqual({
    system: 'hyperion',
    environment: 'hyperion-dev',
    owner: 'platform',
    'cost-centre': '4711',
    'managed-by': 'hyperion',
  });
});
