/**
 * The release before the current one: the golden files of the base revision, changed back by a fixed set of changes, so
 * that every workload has something to roll even when nothing differs in the repository.
 */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { resolve } from 'node:path';
import type { Manifest } from '../../../policies/manifest';
import { earlierManifests } from '../../../stacks/diff/earlier-manifests';
import { fieldsAt, listAt, numberAt, textAt, type Fields } from '../../../stacks/manifest-data';
import { OutputError } from '../../../stacks/output-error';

const ROOT = resolve(__dirname, '../../..');
/** Only in images of the earlier release. */
export const EARLIER_TAG = '0.0.1-earlier';

interface EarlierRelease {
  readonly objects: readonly Manifest[];
  /** For the tests' names. */
  readonly source: string;
}

export function earlierRelease(environment: string, current: readonly Manifest[]): EarlierRelease {
  const base = baseRevision();
  try {
    const golden = earlierManifests(environment, `git:${base}`, ROOT);
    return { objects: golden.map(changedBack), source: 'the golden set of the base revision, changed back' };
  } catch (error) {
    // A new environment, or a copy of the project without its history.
    if (!(error instanceof OutputError)) throw error;
    return { objects: current.map(changedBack), source: 'the current set, changed back' };
  }
}

/** Where a branch left the main line; on the main line itself, what is committed. */
function baseRevision(): string {
  for (const main of ['origin/main', 'main']) {
    try {
      const found = execFileSync('git', ['merge-base', 'HEAD', main], {
        cwd: ROOT,
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'ignore'],
      });
      return found.trim().slice(0, 12);
    } catch {
      continue;
    }
  }
  return 'HEAD';
}

/** One change of each kind that releases bring: images, replicas, configuration, schedules, network rules, Services. */
function changedBack(object: Manifest): Manifest {
  const spec = fieldsAt(object, 'spec');
  switch (object.kind) {
    case 'Deployment':
      return { ...object, spec: { ...spec, ...fewerReplicas(spec), template: earlierImages(spec.template) } };
    case 'StatefulSet':
    case 'DaemonSet':
      // A further replica would hide that one is missing while the others roll.
      return { ...object, spec: { ...spec, template: earlierImages(spec.template) } };
    case 'Job':
      return renamed({ ...object, spec: { ...spec, template: earlierImages(spec.template) } });
    case 'CronJob': {
      const jobTemplate = fieldsAt(spec, 'jobTemplate');
      const jobSpec = fieldsAt(jobTemplate, 'spec');
      const earlier = { ...jobSpec, template: earlierImages(jobSpec.template) };
      return {
        ...object,
        spec: { ...spec, schedule: '59 23 * * *', jobTemplate: { ...jobTemplate, spec: earlier } },
      };
    }
    case 'ConfigMap': {
      const entries = Object.entries(fieldsAt(object, 'data')).map(([key, text]) => [
        key,
        `${String(text)}\n`,
      ]);
      return { ...object, data: { ...Object.fromEntries(entries), 'earlier.txt': 'gone since' } };
    }
    case 'NetworkPolicy':
      return { ...object, spec: { ...spec, egress: listAt(spec, 'egress').slice(1) } };
    case 'Service':
      return {
        ...object,
        metadata: {
          ...object.metadata,
          annotations: {
            ...fieldsAt(object.metadata, 'annotations'),
            'test.hyperion.example.com/release': 'earlier',
          },
        },
      };
    default:
      return object;
  }
}

function fewerReplicas(spec: Fields): Fields {
  const replicas = numberAt(spec, 'replicas') ?? 1;
  return replicas > 2 ? { replicas: replicas - 1 } : {};
}

function earlierImages(template: unknown): object {
  const podSpec = fieldsAt(template, 'spec');
  const earlier = (containers: readonly unknown[]): object[] =>
    containers.map((container) => ({
      ...fieldsAt(container),
      image: (textAt(container, 'image') ?? '').replace(/[:@][^:/]*$/, `:${EARLIER_TAG}`),
    }));
  return {
    ...fieldsAt(template),
    spec: {
      ...podSpec,
      containers: earlier(listAt(podSpec, 'containers')),
      ...(podSpec.initContainers === undefined
        ? {}
        : { initContainers: earlier(listAt(podSpec, 'initContainers')) }),
    },
  };
}

/** A Job's name ends with a hash of what its pod runs, as `constructs/core/task.ts` makes it. */
function renamed(job: Manifest): Manifest {
  const hash = createHash('sha256').update(JSON.stringify(job.spec)).digest('hex').slice(0, 8);
  return {
    ...job,
    metadata: { ...job.metadata, name: job.metadata.name.replace(/-[0-9a-f]{8}$/, `-${hash}`) },
  };
}
