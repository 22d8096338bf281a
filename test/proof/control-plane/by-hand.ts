/** What an operator starts: CronJobs before their time, and Jobs that wait suspended. */
import type { Manifest } from '../../../policies/manifest';
import { fieldsAt } from '../../../stacks/manifest-data';
import type { ApiClient } from './api-client';

/** As `kubectl create job --from=cronjob/…` would. */
export async function runCronJobs(api: ApiClient): Promise<number> {
  const cronJobs = await api.list('batch/v1', 'CronJob');
  for (const cronJob of cronJobs) {
    const { name, namespace, uid } = cronJob.metadata;
    const template = fieldsAt(cronJob, 'spec', 'jobTemplate');
    await api.create({
      apiVersion: 'batch/v1',
      kind: 'Job',
      metadata: {
        ...fieldsAt(template, 'metadata'),
        ...(namespace === undefined ? {} : { namespace }),
        name: `${name}-byhand`,
        ownerReferences: [{ apiVersion: 'batch/v1', kind: 'CronJob', name, uid, controller: true }],
      },
      spec: fieldsAt(template, 'spec'),
    });
  }
  return cronJobs.length;
}

export async function resumeJobs(api: ApiClient): Promise<number> {
  const jobs = (await api.list('batch/v1', 'Job')).filter((job) => fieldsAt(job, 'spec').suspend === true);
  for (const { apiVersion, kind, metadata } of jobs) {
    await api.merge(refOf({ apiVersion, kind, metadata }), { spec: { suspend: false } });
  }
  return jobs.length;
}

export function refOf({ apiVersion, kind, metadata: { name, namespace } }: Manifest) {
  return { apiVersion, kind, name, ...(namespace === undefined ? {} : { namespace }) };
}
