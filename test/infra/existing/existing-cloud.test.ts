import { parseSettings } from '../../../infra/parse-settings';
import { existingCloud, existingHandsOver, ExistingSettings } from '../../../infra/existing/existing-cloud';

const SETTINGS = { context: 'anton', references: { 'bucket-logs': 'logs' } };

describe('a cluster that exists', () => {
  it('hands over its context and what the settings say, and nothing else', () => {
    expect(existingCloud(SETTINGS)).toEqual({
      kind: 'existing',
      kubernetes: { context: 'anton' },
      readyAfter: [],
      objectStores: {},
      storageClasses: [],
      operators: {},
      givenReferences: { 'bucket-logs': 'logs' },
      outputs: { context: 'anton' },
    });
    expect(existingHandsOver(SETTINGS).given).toEqual(['bucket-logs']);
    expect(existingHandsOver({ context: 'anton' }).given).toEqual([]);
  });

  it('has to be named', () => {
    expect(parseSettings(ExistingSettings, {}, 'here').problems).toEqual([
      {
        path: 'here',
        property: 'context',
        value: undefined,
        rule: 'it has to be set: expected string',
        remedy: 'set it: nobody but you can decide it',
      },
    ]);
  });
});
