/**
 * The real Kyverno CLI judges every example of every rule: once by the rule's ValidatingPolicy with Kyverno's own engine,
 * once by its ValidatingAdmissionPolicy with the API server's (which the CLI contains). Both verdicts, and their
 * messages, are those of the manifest check.
 *
 * Limits: no cluster, so nothing is admitted for real; a ValidatingAdmissionPolicyBinding is not run.
 */
import { admissionPolicy } from '../../policies/admission';
import { policyName, validations } from '../../policies/enforcement';
import { evaluate } from '../../policies/evaluate';
import type { PolicyException } from '../../policies/exception';
import { kyvernoException, kyvernoPolicy } from '../../policies/kyverno';
import { formatResource, type Manifest, type ResourceRef } from '../../policies/manifest';
import { noHostPath } from '../../policies/no-host-path/rule';
import type { Rule } from '../../policies/rule';
import { RULES } from '../../policies/rules';
import { examplesOf } from '../policies/examples';
import { tool } from '../tools/obtain';
import { proof } from '../tools/proof';
import { judge, type Verdict } from './kyverno/judge';

const EVERYWHERE = { namespaceLabels: {} };

/** Starting the CLI costs 0.5 s, each object 7 ms for each policy: with five rules at a time both weigh the same. */
const GROUPS = Array.from({ length: Math.ceil(RULES.length / 5) }, (_, index) =>
  RULES.slice(index * 5, index * 5 + 5),
);
const GROUP_LIMIT_MS = 120_000;

proof(['kyverno'], 'Kyverno judges the examples as the manifest check does', () => {
  describe.each(GROUPS.map((rules) => ({ title: rules.map(({ id }) => id).join(', '), rules })))(
    '$title',
    ({ rules }) => {
      const objects = rules.flatMap(distinctExamples);

      test(
        'as ValidatingPolicies',
        async () => {
          const policies = rules.map((rule) => kyvernoPolicy(rule, EVERYWHERE));
          const verdicts = await judge(await tool('kyverno'), { policies, objects });
          expect(refusals(verdicts)).toEqual(expectedRefusals(rules, objects));
        },
        GROUP_LIMIT_MS,
      );

      test(
        'as ValidatingAdmissionPolicies',
        async () => {
          const policies = rules.map((rule) => admissionPolicy(rule, []));
          const verdicts = await judge(await tool('kyverno'), { policies, objects });
          expect(refusals(verdicts)).toEqual(expectedRefusals(rules, objects));
        },
        GROUP_LIMIT_MS,
      );
    },
  );
});

proof(['kyverno'], 'Kyverno leaves out what it should', () => {
  const agent = (name: string, owner?: { kind: string; name: string }): Manifest => {
    const podSpec = {
      containers: [{ name: 'agent', image: 'docker.io/grafana/alloy:v1.18.1' }],
      volumes: [{ name: 'logs', hostPath: { path: '/var/log' } }],
    };
    const template = { metadata: { labels: { app: name } }, spec: podSpec };
    return owner === undefined
      ? {
          apiVersion: 'apps/v1',
          kind: 'DaemonSet',
          metadata: { name, namespace: 'telemetry' },
          spec: { selector: { matchLabels: { app: name } }, template },
        }
      : {
          apiVersion: 'v1',
          kind: 'Pod',
          metadata: {
            name,
            namespace: 'telemetry',
            ownerReferences: [{ apiVersion: 'apps/v1', uid: 'uid', ...owner }],
          },
          spec: podSpec,
        };
  };
  const exception: PolicyException = {
    rule: noHostPath.id,
    resource: { kind: 'DaemonSet', namespace: 'telemetry', name: 'alloy' },
    reason: 'reads the logs of the node',
    owner: 'platform',
    expires: '2999-01-01',
  };
  const objects = [
    agent('alloy'),
    agent('alloy-x7k2p', { kind: 'DaemonSet', name: 'alloy' }),
    agent('alloy-logs'),
    agent('alloy-logs-q9d4z', { kind: 'DaemonSet', name: 'alloy-logs' }),
  ];
  const expected = [
    ['DaemonSet telemetry/alloy', 'skip'],
    ['DaemonSet telemetry/alloy-logs', 'fail'],
    ['Pod telemetry/alloy-logs-q9d4z', 'fail'],
    ['Pod telemetry/alloy-x7k2p', 'skip'],
  ];
  const results = (verdicts: Verdict[]) =>
    verdicts.map(({ resource, result }) => [formatResource(resource), result]).sort();

  test('by a PolicyException: the object and its pods, and no other', async () => {
    const question = {
      policies: [kyvernoPolicy(noHostPath, EVERYWHERE)],
      exceptions: [kyvernoException(exception, 'kyverno')],
      objects,
    };
    expect(results(await judge(await tool('kyverno'), question))).toEqual(expected);
  });

  test('by the match condition of a ValidatingAdmissionPolicy: the same', async () => {
    const question = { policies: [admissionPolicy(noHostPath, [exception])], objects };
    expect(results(await judge(await tool('kyverno'), question))).toEqual(expected);
  });

  test('namespaces without the label', async () => {
    const question = {
      policies: [kyvernoPolicy(noHostPath, {})],
      objects: [agent('alloy'), { ...agent('alloy'), metadata: { name: 'alloy', namespace: 'elsewhere' } }],
      namespaceLabels: { telemetry: { 'hyperion.example.com/policies': 'enforced' }, elsewhere: {} },
    };
    expect(results(await judge(await tool('kyverno'), question))).toEqual([
      ['DaemonSet telemetry/alloy', 'fail'],
    ]);
  });
});

/** Each in a namespace of its own, because examples of one rule may have the names of another's. */
function distinctExamples(rule: Rule): Manifest[] {
  return (['good', 'bad'] as const).flatMap((verdict) =>
    examplesOf(rule, verdict).map(({ metadata, ...object }, index) => {
      const namespace = `${rule.id}-${verdict}-${index}`;
      return {
        ...object,
        metadata: { ...metadata, ...(metadata.namespace !== undefined && { namespace }) },
      };
    }),
  );
}

function refusals(verdicts: readonly Verdict[]): string[] {
  return verdicts
    .filter(({ result }) => result === 'fail' || result === 'error')
    .map(({ policy, resource, message = '' }) => formatRefusal(policy, resource, message))
    .sort();
}

/** Engines stop at the first validation that fails: so does this. */
function expectedRefusals(rules: readonly Rule[], objects: readonly Manifest[]): string[] {
  return rules
    .flatMap((rule) =>
      objects.flatMap((object) => {
        const tier = rule.onlyIn?.[0] ?? 'dev';
        const findings = evaluate([rule], [object], { tier, exceptions: [] });
        const resource = { kind: object.kind, ...object.metadata };
        const first = rule.validations.findIndex(({ message }) =>
          findings.some((f) => f.message === message),
        );
        // What could not be judged has no message of the rule: no engine uses these words, so the test shows it.
        const message = validations(rule)[first]?.message ?? findings[0]?.message;
        return message === undefined ? [] : [formatRefusal(policyName(rule.id), resource, message)];
      }),
    )
    .sort();
}

function formatRefusal(policy: string, resource: ResourceRef, message: string): string {
  return `${policy} refuses ${formatResource(resource)}: ${message}`;
}
