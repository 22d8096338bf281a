import fc from 'fast-check';
import {
  databaseServerName,
  keyVaultName,
  storageAccountName,
  uniqueSuffix,
} from '../../../infra/azure/names';
import { SUBSCRIPTION } from './azure-fixture';

const PROD = { environment: 'hyperion-prod', subscriptionId: SUBSCRIPTION };

const scopes = fc.record({
  environment: fc.stringMatching(/^[a-z][a-z0-9-]{1,38}[a-z0-9]$/),
  subscriptionId: fc.uuid(),
});
const purposes = fc.stringMatching(/^[a-z0-9]+(-[a-z0-9]+)*$/).filter(({ length }) => length <= 63);

describe('names that the whole of Azure shares', () => {
  it('are the same on every machine', () => {
    expect(storageAccountName(PROD, 'logs')).toBe(
      'logs' + uniqueSuffix([SUBSCRIPTION, 'hyperion-prod', 'logs'], 11),
    );
    expect([
      storageAccountName(PROD, 'logs'),
      storageAccountName(PROD, 'metrics-backup'),
      keyVaultName(PROD, 1),
      databaseServerName(PROD),
    ]).toEqual([
      'logsok5o5oviozy',
      'metricsbackupzzheqisklqw',
      'hyperion-prod-3ljl66bq',
      'hyperion-prod-alvudiqb',
    ]);
  });

  it('are accounts of 3 to 24 lower-case letters and digits', () => {
    fc.assert(
      fc.property(scopes, purposes, (scope, purpose) => {
        expect(storageAccountName(scope, purpose)).toMatch(/^[a-z0-9]{3,24}$/);
      }),
    );
  });

  it('are vaults of 3 to 24 letters, digits and single hyphens', () => {
    fc.assert(
      fc.property(scopes, fc.integer({ min: 1, max: 1000 }), (scope, generation) => {
        const name = keyVaultName(scope, generation);
        expect(name).toMatch(/^[a-z](-?[a-z0-9])*$/);
        expect(name.length).toBeGreaterThanOrEqual(3);
        expect(name.length).toBeLessThanOrEqual(24);
      }),
    );
  });

  it('are servers of 3 to 63 letters, digits and single hyphens', () => {
    fc.assert(
      fc.property(scopes, (scope) => {
        expect(databaseServerName(scope)).toMatch(/^(?=.{3,63}$)[a-z](-?[a-z0-9])*$/);
      }),
    );
  });

  it('differ when subscription, environment, purpose or generation do', () => {
    const key = fc.record({ scope: scopes, purpose: purposes, generation: fc.integer({ min: 1, max: 9 }) });
    fc.assert(
      fc.property(
        fc.uniqueArray(key, { minLength: 2, maxLength: 30, comparator: 'IsStrictlyEqual' }),
        (keys) => {
          const distinct = (of: (one: (typeof keys)[number]) => readonly unknown[]): number =>
            new Set(keys.map((one) => JSON.stringify(of(one)))).size;
          const names = (of: (one: (typeof keys)[number]) => string): number => new Set(keys.map(of)).size;
          expect(names(({ scope, purpose }) => storageAccountName(scope, purpose))).toBe(
            distinct(({ scope, purpose }) => [scope.environment, scope.subscriptionId, purpose]),
          );
          expect(names(({ scope, generation }) => keyVaultName(scope, generation))).toBe(
            distinct(({ scope, generation }) => [scope.environment, scope.subscriptionId, generation]),
          );
        },
      ),
    );
  });

  it('do not collide where one part ends and the next begins', () => {
    expect(uniqueSuffix(['ab', 'c'], 12)).not.toBe(uniqueSuffix(['a', 'bc'], 12));
    expect(storageAccountName(PROD, 'metrics-backup')).not.toBe(storageAccountName(PROD, 'metricsbackup'));
  });

  it('never repeat among ten thousand environments', () => {
    const names = Array.from({ length: 10_000 }, (_, index) =>
      storageAccountName({ ...PROD, environment: `hyperion-${index}` }, 'logs'),
    );
    expect(new Set(names).size).toBe(names.length);
  });
});
