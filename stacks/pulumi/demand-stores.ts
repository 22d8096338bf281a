/**
 * Which object stores a platform uses, and which service accounts use each.
 */
import { placeholder } from '../../constructs/core/cloud-ref';
import { External, type Party } from '../../constructs/core/party';
import type { Platform } from '../../constructs/core/platform';
import { Task } from '../../constructs/core/task';
import { Workload } from '../../constructs/core/workload';
import type { ObjectStoreDemand, ServiceAccount } from '../../infra/cloud';
import type { Synthesis } from '../synthesis';
import { identityReference, purposeOf } from './references';

export function objectStoreDemands(synthesis: Synthesis): ObjectStoreDemand[] {
  const { platform } = synthesis;
  const purposes = [...platform.cloudRefs.keys()].flatMap((name) => {
    const purpose = purposeOf(name);
    return purpose === undefined ? [] : [{ purpose, reference: name }];
  });
  return purposes
    .map(({ purpose, reference }) => ({
      purpose,
      users: platform.cloudRefs.has(identityReference(purpose))
        ? accountsWith(platform, identityReference(purpose))
        : accountsNaming(synthesis, reference),
    }))
    .sort((a, b) => (a.purpose < b.purpose ? -1 : 1));
}

/** Azure: the model says which identity each workload acts as. */
function accountsWith(platform: Platform, identity: string): ServiceAccount[] {
  const users = platform.graph.parties.filter(
    (party) => runsPods(party) && party.spec.identity?.azureClientId === placeholder(identity),
  );
  return accountsOf(users);
}

/**
 * AWS: the model says who connects to S3, and all buckets answer at one address; the component's objects say which bucket
 * it names.
 */
function accountsNaming({ platform, objects }: Synthesis, bucket: string): ServiceAccount[] {
  const naming = new Set(
    objects
      .filter(({ object }) => JSON.stringify(object).includes(placeholder(bucket)))
      .map(({ component }) => component),
  );
  const users = platform.graph.connections
    .filter(({ to }) => to.protocol === 's3' && to.owner instanceof External)
    .map(({ from }) => from)
    .filter((party) => naming.has(party.componentName));
  return accountsOf(users);
}

/** A workload's service account has its name. */
function accountsOf(parties: readonly Party[]): ServiceAccount[] {
  const accounts = new Map<string, ServiceAccount>();
  for (const { id, reach } of parties) {
    if (reach.kind !== 'pods') continue;
    accounts.set(`${reach.namespace}/${id}`, { namespace: reach.namespace, name: id });
  }
  return [...accounts].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, account]) => account);
}

function runsPods(party: Party): party is Workload | Task {
  return party instanceof Workload || party instanceof Task;
}
