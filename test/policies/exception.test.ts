import { checkExceptions, excepts, exceptsExpression, type PolicyException } from '../../policies/exception';
import type { Manifest } from '../../policies/manifest';
import { RULES } from '../../policies/rules';
import { celResult } from './cel-result';

const TODAY = '2026-07-31';
const EXCEPTION: PolicyException = {
  rule: 'no-host-path',
  resource: { kind: 'DaemonSet', namespace: 'telemetry', name: 'alloy' },
  reason: 'reads the logs of the node',
  owner: 'platform',
};

describe('checkExceptions', () => {
  const problems = (...exceptions: PolicyException[]) => checkExceptions(exceptions, RULES, TODAY);

  test('says nothing about a good one', () => {
    expect(problems(EXCEPTION, { ...EXCEPTION, rule: 'no-host-ports', expires: '2026-08-01' })).toEqual([]);
  });

  test('a rule that is not there', () => {
    expect(problems({ ...EXCEPTION, rule: 'no-hostpath' })).toEqual([
      {
        path: 'exception of DaemonSet telemetry/alloy from no-hostpath',
        property: 'rule',
        value: 'no-hostpath',
        rule: 'an exception names a rule of policies/rules.ts',
        remedy: 'Correct the name, or remove the exception if the rule is gone',
      },
    ]);
  });

  test('a kind that the rule does not judge', () => {
    const resource = { kind: 'ClusterRole', name: 'alloy' } as const;
    expect(problems({ ...EXCEPTION, resource })).toEqual([
      {
        path: 'exception of ClusterRole alloy from no-host-path',
        property: 'resource',
        value: resource,
        rule: 'no-host-path judges Pod, Deployment, StatefulSet, DaemonSet, Job, CronJob',
        remedy: 'Name the object that is refused',
      },
    ]);
  });

  test('no reason and no owner, both told at once', () => {
    expect(problems({ ...EXCEPTION, reason: ' ', owner: '' })).toEqual([
      {
        path: 'exception of DaemonSet telemetry/alloy from no-host-path',
        property: 'reason',
        value: ' ',
        rule: 'an exception says why',
        remedy: 'Say why the object cannot keep the rule',
      },
      {
        path: 'exception of DaemonSet telemetry/alloy from no-host-path',
        property: 'owner',
        value: '',
        rule: 'somebody answers for an exception',
        remedy: 'Name the team that answers for it',
      },
    ]);
  });

  test('its day has come', () => {
    expect(problems({ ...EXCEPTION, expires: TODAY })).toEqual([
      {
        path: 'exception of DaemonSet telemetry/alloy from no-host-path',
        property: 'expires',
        value: TODAY,
        rule: `an exception ends on its day, and today is ${TODAY}`,
        remedy: 'Mend the object and remove the exception, or have platform renew it',
      },
    ]);
  });

  test.each(['soon', '2027-02-30', '2027-1-1'])('an expiry that is no day: %s', (expires) => {
    expect(problems({ ...EXCEPTION, expires })).toEqual([
      {
        path: 'exception of DaemonSet telemetry/alloy from no-host-path',
        property: 'expires',
        value: expires,
        rule: 'an expiry is a day',
        remedy: 'Write it like 2027-01-31',
      },
    ]);
  });

  test('the same twice', () => {
    expect(problems(EXCEPTION, { ...EXCEPTION, reason: 'another' })).toEqual([
      {
        path: 'exception of DaemonSet telemetry/alloy from no-host-path',
        property: 'resource',
        value: EXCEPTION.resource,
        rule: 'an object is excepted from a rule once',
        remedy: 'Remove one of the two exceptions',
      },
    ]);
  });
});

describe('in a cluster', () => {
  function object(kind: string, name: string, owner?: { kind: string; name: string }): Manifest {
    const ownerReferences = owner === undefined ? {} : { ownerReferences: [owner] };
    return { apiVersion: 'v1', kind, metadata: { name, namespace: 'telemetry', ...ownerReferences } };
  }
  function covers(resource: PolicyException['resource'], candidate: Manifest): unknown {
    return celResult(exceptsExpression({ ...EXCEPTION, resource }), candidate);
  }

  test.each<[PolicyException['resource']['kind'], string, { kind: string; name: string }]>([
    ['Deployment', 'Pod', { kind: 'ReplicaSet', name: 'loki-7d9c5b6f4d' }],
    ['StatefulSet', 'Pod', { kind: 'StatefulSet', name: 'loki' }],
    ['DaemonSet', 'Pod', { kind: 'DaemonSet', name: 'loki' }],
    ['Job', 'Pod', { kind: 'Job', name: 'loki' }],
    ['CronJob', 'Job', { kind: 'CronJob', name: 'loki' }],
    ['CronJob', 'Pod', { kind: 'Job', name: 'loki-29387520' }],
  ])('an exception for a %s covers a %s that it makes', (kind, made, owner) => {
    const resource = { kind, namespace: 'telemetry', name: 'loki' };
    expect(covers(resource, object(kind, 'loki'))).toBe(true);
    expect(covers(resource, object(made, 'loki-x', owner))).toBe(true);
    expect(covers(resource, object(made, 'loki-x'))).toBe(false);
    expect(covers(resource, object(made, 'loki-x', { ...owner, kind: 'Node' }))).toBe(false);
    // Another workload whose name begins in the same way.
    expect(covers(resource, object(made, 'loki-x', { ...owner, name: `loki-canary-7d9c5b6f4d` }))).toBe(
      false,
    );
    expect(covers({ ...resource, namespace: 'elsewhere' }, object(kind, 'loki'))).toBe(false);
  });

  test('a dot in a name stands for itself', () => {
    const resource = { kind: 'Deployment', namespace: 'telemetry', name: 'a.b' } as const;
    expect(covers(resource, object('Pod', 'x', { kind: 'ReplicaSet', name: 'a.b-1' }))).toBe(true);
    expect(covers(resource, object('Pod', 'x', { kind: 'ReplicaSet', name: 'axb-1' }))).toBe(false);
  });

  test('an object without a namespace', () => {
    const role: Manifest = { apiVersion: 'v1', kind: 'ClusterRole', metadata: { name: 'scanner' } };
    expect(covers({ kind: 'ClusterRole', name: 'scanner' }, role)).toBe(true);
    expect(covers({ kind: 'ClusterRole', namespace: 'telemetry', name: 'scanner' }, role)).toBe(false);
    expect(covers({ kind: 'ClusterRole', name: 'scanner' }, object('ClusterRole', 'scanner'))).toBe(false);
  });

  test('covers among manifests what it covers in a cluster', () => {
    for (const resource of [
      { kind: 'DaemonSet', namespace: 'telemetry', name: 'alloy' },
      { kind: 'DaemonSet', namespace: 'elsewhere', name: 'alloy' },
      { kind: 'DaemonSet', name: 'alloy' },
      { kind: 'Deployment', namespace: 'telemetry', name: 'alloy' },
      { kind: 'DaemonSet', namespace: 'telemetry', name: 'alloy-logs' },
    ] as const) {
      const daemonSet = object('DaemonSet', 'alloy');
      expect(excepts({ ...EXCEPTION, resource }, daemonSet)).toBe(covers(resource, daemonSet));
    }
  });
});
