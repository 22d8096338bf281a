import { checkMonitoring, makeMonitoring } from '../../../infra/azure/monitoring';
import { SettingError } from '../../../infra/setting-error';
import { recordProgram } from '../record';
import { contextOf, resource } from './azure-fixture';

// The provider's modules take their time to load.
jest.setTimeout(60_000);

describe('makeMonitoring', () => {
  it('keeps audit logs as long as the operator says, readable by Entra ID only', async () => {
    const recording = await recordProgram(() => {
      makeMonitoring(contextOf('hyperion-prod'), { retentionDays: 90, dailyQuotaGigabytes: 5 });
    });
    expect(resource(recording, 'Workspace').inputs).toEqual({
      workspaceName: 'hyperion-prod-logs',
      resourceGroupName: 'hyperion-prod',
      location: 'westeurope',
      sku: { name: 'PerGB2018' },
      retentionInDays: 90,
      workspaceCapping: { dailyQuotaGb: 5 },
      features: { disableLocalAuth: true, enableLogAccessUsingOnlyResourcePermissions: true },
      tags: { system: 'hyperion', environment: 'hyperion-prod' },
    });
  });
});

describe('checkMonitoring', () => {
  it.each([29, 731])('knows how long Log Analytics keeps logs: not %i days', (retentionDays) => {
    expect(new SettingError(checkMonitoring({ retentionDays }, 'monitoring')).message).toBe(
      [
        `monitoring: retentionDays = ${retentionDays}`,
        '  rule:   Log Analytics keeps logs for 30 to 730 days',
        '  remedy: choose 30 to 730',
      ].join('\n'),
    );
    expect(checkMonitoring({ retentionDays: 90 }, 'monitoring')).toEqual([]);
  });
});
