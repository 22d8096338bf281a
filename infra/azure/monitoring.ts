/**
 * Where Azure's own services write their logs: one Log Analytics workspace an environment, and what each service sends there.
 * The platform's telemetry does not go this way.
 */
import * as monitor from '@pulumi/azure-native/monitor';
import * as operationalinsights from '@pulumi/azure-native/operationalinsights';
import type { Output } from '@pulumi/pulumi';
import { Type, type Static } from '@sinclair/typebox';
import type { SettingProblem } from '../setting-error';
import { inLayer, type AzureContext } from './context';

export const MonitoringSettings = Type.Object(
  {
    /** How long audit logs are kept. */
    retentionDays: Type.Integer(),
    /** Ingestion stops for the day above this: a guard of the bill, which loses audit logs. @default none */
    dailyQuotaGigabytes: Type.Optional(Type.Integer({ minimum: 1 })),
  },
  { additionalProperties: false },
);
export type MonitoringSettings = Static<typeof MonitoringSettings>;

/** What the pricing tier PerGB2018 allows. */
const RETENTION = { leastDays: 30, mostDays: 730 };

export interface Monitoring {
  readonly workspaceId: Output<string>;
}

export function makeMonitoring(outer: AzureContext, settings: MonitoringSettings): Monitoring {
  const context = inLayer(outer, 'Monitoring');
  const { id } = new operationalinsights.Workspace(
    context.name('logs'),
    {
      workspaceName: context.name('logs'),
      resourceGroupName: context.resourceGroupName,
      location: context.location,
      sku: { name: operationalinsights.WorkspaceSkuNameEnum.PerGB2018 },
      retentionInDays: settings.retentionDays,
      ...(settings.dailyQuotaGigabytes === undefined
        ? {}
        : { workspaceCapping: { dailyQuotaGb: settings.dailyQuotaGigabytes } }),
      // Only Entra ID: the workspace's shared keys are of no use.
      features: { disableLocalAuth: true, enableLogAccessUsingOnlyResourcePermissions: true },
      tags: context.tags,
    },
    context.options,
  );
  return { workspaceId: id };
}

export interface Diagnostics {
  /** Ends the logical name, e.g. `cluster`. */
  readonly name: string;
  readonly resourceId: Output<string>;
  /** Log categories of that kind of resource. */
  readonly categories: readonly string[];
}

export function sendDiagnostics(
  context: AzureContext,
  { workspaceId }: Monitoring,
  { name, resourceId, categories }: Diagnostics,
): void {
  new monitor.DiagnosticSetting(
    context.name(`diagnostics-${name}`),
    {
      name: context.name(`diagnostics-${name}`),
      resourceUri: resourceId,
      workspaceId,
      // Tables of their own, with typed columns, in place of one that all services share.
      logAnalyticsDestinationType: 'Dedicated',
      logs: categories.map((category) => ({ category, enabled: true })),
    },
    context.options,
  );
}

export function checkMonitoring(
  { retentionDays }: MonitoringSettings,
  path: string,
): readonly SettingProblem[] {
  const { leastDays, mostDays } = RETENTION;
  if (retentionDays >= leastDays && retentionDays <= mostDays) return [];
  return [
    {
      path,
      property: 'retentionDays',
      value: retentionDays,
      rule: `Log Analytics keeps logs for ${leastDays} to ${mostDays} days`,
      remedy: `choose ${leastDays} to ${mostDays}`,
    },
  ];
}
