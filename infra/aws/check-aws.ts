/**
 * Everything that is wrong with an environment's settings on AWS, before any resource is made.
 */
import type { AwsAddresses } from '../address-plan';
import type { CloudDemand, HubRole, SpokeRole } from '../cloud';
import type { SettingProblem } from '../setting-error';
import { checkBudget } from './budget';
import { checkCluster } from './cluster-checks';
import { checkDatabase } from './database';
import { checkZone } from './dns';
import { checkCertificate } from './edge';
import { checkNeighbours } from './neighbours';
import { checkNetwork } from './network';
import { checkObjectStorage } from './object-storage';
import { checkPlace } from './regions';
import { checkIdentities } from './identity';
import { checkSecrets } from './secrets-checks';
import type { AwsSettings } from './settings';
import { checkSnapshots } from './snapshots';

/** @param path where the settings stand, e.g. `Pulumi.hub-infra.yaml: hyperion:aws` */
export function checkAws(
  demand: CloudDemand,
  addresses: AwsAddresses,
  role: HubRole | SpokeRole,
  settings: AwsSettings,
  path: string,
): readonly SettingProblem[] {
  const { network, transit, certificate, cluster, secrets, snapshots, budget } = settings;
  return [
    ...checkPlace(settings, addresses, path),
    ...checkNetwork(network, [addresses.block, ...transit.ownerNetworks], `${path}.network`),
    ...checkNeighbours({ block: addresses.block, role, demand }, settings, path),
    ...checkZone(role.zone, demand.hosts, path),
    ...checkCertificate(demand.hosts, certificate, path),
    ...checkCluster(demand, cluster, `${path}.cluster`),
    ...checkStores(demand, settings, path),
    ...checkSecrets(demand, secrets, `${path}.secrets`),
    ...checkIdentities(demand, path),
    ...checkSnapshots(snapshots, `${path}.snapshots`),
    ...checkBudget(budget, `${path}.budget`),
  ];
}

function checkStores(demand: CloudDemand, settings: AwsSettings, path: string): readonly SettingProblem[] {
  const { accountId, database, objectStorage } = settings;
  return [
    ...checkAsked('database', demand.database !== undefined, database, path),
    ...checkAsked('objectStorage', demand.objectStores.length > 0, objectStorage, path),
    ...(database === undefined ? [] : checkDatabase(demand, database, `${path}.database`)),
    ...(objectStorage === undefined
      ? []
      : checkObjectStorage(demand, accountId, objectStorage, `${path}.objectStorage`)),
  ];
}

/** A section that nothing asks for is a mistake as well: somebody believes in a database that is not there. */
function checkAsked(
  property: string,
  asked: boolean,
  section: unknown,
  path: string,
): readonly SettingProblem[] {
  if (asked === (section !== undefined)) return [];
  return [
    asked
      ? {
          path,
          property,
          value: undefined,
          rule: 'the platform asks for it, and an operator decides its size and how long backups are kept',
          remedy: `add the section ${property}`,
        }
      : {
          path,
          property,
          value: section,
          rule: 'the platform of this environment asks for none',
          remedy: 'remove the section',
        },
  ];
}
