/**
 * What an operator decides about an environment on AWS: `hyperion:aws` in `Pulumi.<env>.yaml`.
 */
import { Type, type Static } from '@sinclair/typebox';
import { BudgetSettings } from './budget';
import { ClusterSettings } from './cluster';
import { DatabaseSettings } from './database';
import { CertificateSettings } from './edge';
import { HubReference, SpokeAccounts, TransitSettings } from './neighbours';
import { NetworkSettings } from './network';
import { ObjectStorageSettings } from './object-storage';
import { SecretsSettings } from './secrets';
import { SnapshotSettings } from './snapshots';

export const AwsSettings = Type.Object(
  {
    region: Type.String(),
    /** Twelve digits, in quotes. The stack refuses to run in another account. */
    accountId: Type.String(),
    /** One for each zone of the environment's addresses, e.g. `eu-central-1a`; nodes run in the first of them. */
    availabilityZones: Type.Array(Type.String()),
    network: NetworkSettings,
    transit: TransitSettings,
    /** Of a hub: who its spokes are. */
    spokes: Type.Optional(SpokeAccounts),
    /** Of a spoke: whose it is. */
    hub: Type.Optional(HubReference),
    /** Of a hub: what its load balancer shows. */
    certificate: Type.Optional(CertificateSettings),
    cluster: ClusterSettings,
    /** Where the platform asks for object stores. */
    objectStorage: Type.Optional(ObjectStorageSettings),
    /** Where the platform asks for a database. */
    database: Type.Optional(DatabaseSettings),
    secrets: SecretsSettings,
    /** Of all volumes. */
    snapshots: SnapshotSettings,
    budget: BudgetSettings,
  },
  { additionalProperties: false },
);
export type AwsSettings = Static<typeof AwsSettings>;
