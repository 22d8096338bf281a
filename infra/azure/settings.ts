/**
 * What an operator decides about an environment on Azure: `hyperion:azure` in `Pulumi.<env>.yaml`, one section for each layer.
 */
import { type Static, Type } from '@sinclair/typebox';
import { BudgetSettings } from './budget';
import { ClusterSettings } from './cluster-settings';
import { DatabaseSettings } from './database-settings';
import { DnsSettings } from './dns';
import { FirewallSettings } from './firewall-settings';
import { GatewaySettings } from './gateway-settings';
import { MonitoringSettings } from './monitoring';
import { NetworkSettings } from './network-settings';
import { ObjectStorageSettings } from './object-storage';
import { SecretsSettings } from './secrets';

const Guid = Type.String({ pattern: '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' });

export const AzureSettings = Type.Object(
  {
    /** Whose account it is, and whose people: neither is a secret. */
    subscriptionId: Guid,
    tenantId: Guid,
    /** Region, e.g. `westeurope`. */
    location: Type.String(),
    network: NetworkSettings,
    firewall: FirewallSettings,
    dns: DnsSettings,
    /** @default none: clients come to the internal load balancer */
    gateway: Type.Optional(GatewaySettings),
    cluster: ClusterSettings,
    objectStorage: ObjectStorageSettings,
    /** @default none: Grafana's database runs in the cluster */
    database: Type.Optional(DatabaseSettings),
    secrets: SecretsSettings,
    monitoring: MonitoringSettings,
    budget: BudgetSettings,
  },
  { additionalProperties: false },
);
export type AzureSettings = Static<typeof AzureSettings>;
