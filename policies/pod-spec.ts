import { isSet } from './cel';
import type { Kind } from './kinds';
import type { NamedExpression } from './rule';

/**
 * Lets a rule about pods be written once, whatever carries the pod. Pods that a workload made are judged as well, so that
 * a template cannot be changed on its way; an exception for the workload covers them (`exception.ts`).
 *
 * Ephemeral containers are left to Pod Security admission: a debugging session must not make its pod unchangeable.
 */
export const POD_CARRIERS = [
  'Pod',
  'Deployment',
  'StatefulSet',
  'DaemonSet',
  'Job',
  'CronJob',
] as const satisfies readonly Kind[];

/** Workloads that are meant to run for ever. */
export const SERVERS = ['Deployment', 'StatefulSet', 'DaemonSet'] as const satisfies readonly Kind[];

export const POD_SPEC: NamedExpression = {
  name: 'podSpec',
  expression: `object.kind == 'Pod' ? object.spec
    : object.kind == 'CronJob' ? object.spec.jobTemplate.spec.template.spec
    : object.spec.template.spec`,
};

/** The containers that run next to each other for as long as the pod lives; needs `POD_SPEC` before it. */
export const CONTAINERS: NamedExpression = {
  name: 'containers',
  expression: 'variables.podSpec.containers',
};

/** Init containers and sidecars too; needs `POD_SPEC` before it. */
export const ALL_CONTAINERS: NamedExpression = {
  name: 'allContainers',
  expression: `variables.podSpec.containers +
    (has(variables.podSpec.initContainers) ? variables.podSpec.initContainers : [])`,
};

export const POD_ANNOTATIONS: NamedExpression = {
  name: 'podAnnotations',
  expression: `object.kind == 'Pod' ? (has(object.metadata.annotations) ? object.metadata.annotations : {})
    : object.kind == 'CronJob'
    ? (${isSet('object.spec.jobTemplate.spec.template', 'metadata.annotations')}
      ? object.spec.jobTemplate.spec.template.metadata.annotations : {})
    : (${isSet('object.spec.template', 'metadata.annotations')} ? object.spec.template.metadata.annotations : {})`,
};
