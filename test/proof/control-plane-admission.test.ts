/**
 * A real API server judges with the emitted ValidatingAdmissionPolicies and with Pod Security: every bad example of every
 * rule is refused with the rule's own words, every good one is admitted, and other tenants' namespaces are left alone.
 */
import type { Manifest } from '../../policies/manifest';
import { evaluate } from '../../policies/evaluate';
import type { Rule } from '../../policies/rule';
import { RULES } from '../../policies/rules';
import { fieldsAt, podTemplateOf, textAt } from '../../stacks/manifest-data';
import { ENVIRONMENT_NAMES, synthesisOf } from '../environments';
import { examplesOf } from '../policies/examples';
import { proof } from '../tools/proof';
import { ApiError } from './control-plane/api-error';
import { nameOf } from './control-plane/availability';
import { CONTROL_PLANE_TOOLS, ControlPlane } from './control-plane/control-plane';
import { namespace } from './control-plane/environment-cluster';
import { environmentObjects } from './control-plane/environment-objects';
import { bindingForExamples, emittedPolicy, exampleOf } from './control-plane/policy-examples';
import { enforcePolicies } from './control-plane/policy-marker';

jest.setTimeout(300_000);

const OTHER_TENANT = 'other-tenant';
const EXAMPLES = RULES.flatMap((rule) => [...examplesOf(rule, 'good'), ...examplesOf(rule, 'bad')]);

/**
 * Bad examples that this kind of policy cannot refuse: it sees objects after the API server has filled in what they do
 * not say, and by then they keep the rule.
 */
const MENDED_BY_THE_SERVER: readonly string[] = [
  'termination-grace-period: Deployment telemetry/nothing-said',
  'revision-history-limit: Deployment telemetry/nothing-said',
  'stateful-sets-retain-volumes: StatefulSet telemetry/nothing-said',
  // It asks for one replica then, whatever an autoscaler makes of it later.
  'spread-replicas: Deployment telemetry/autoscaled',
];
/** Bad examples that the API server refuses before any policy sees them, with its words. */
const REFUSED_ANYWAY: Readonly<Record<string, string>> = {
  'narrow-network-policies: NetworkPolicy telemetry/empty-peer': 'must specify a peer',
};

proof(CONTROL_PLANE_TOOLS, 'admission', () => {
  describe.each(ENVIRONMENT_NAMES)('%s', (name) => {
    const environment = environmentObjects(name);
    const { tier } = synthesisOf(name).platform;
    const own = environment.objects.filter(({ kind }) => kind === 'Namespace');
    const rules = RULES.filter((rule) => emittedPolicy(rule, environment.policies) !== undefined);
    let plane: ControlPlane;

    /** What the server would keep, or its reason for keeping nothing. */
    const tryOut = async (object: Manifest): Promise<Manifest | string> => {
      try {
        return await plane.api.apply(object, { tryOnly: true });
      } catch (error) {
        if (error instanceof ApiError) return error.answer;
        throw error;
      }
    };

    beforeAll(async () => {
      plane = await ControlPlane.start({ runsPods: false });
      for (const used of new Set(EXAMPLES.flatMap(({ metadata }) => metadata.namespace ?? []))) {
        await plane.api.create(namespace(used));
      }
      await plane.api.create(namespace(OTHER_TENANT));
      for (const object of own) await plane.api.apply(object);
      const accounts = serviceAccounts([...own.map(({ metadata }) => metadata.name), OTHER_TENANT]);
      for (const account of accounts) await plane.api.create(account);
      await enforcePolicies(plane.api, [
        ...environment.policies.filter(({ kind }) => kind === 'ValidatingAdmissionPolicy'),
        ...rules.map((rule) => bindingForExamples(rule, environment.policies)),
      ]);
    });

    afterAll(async () => {
      await plane.stop();
    });

    test('every rule of its tier is emitted', () => {
      const ofTheTier = RULES.filter(({ onlyIn }) => onlyIn === undefined || onlyIn.includes(tier));
      expect(rules.map(({ id }) => id)).toEqual(ofTheTier.map(({ id }) => id));
    });

    describe('refuses every bad example with the rule’s words and admits every good one', () => {
      test.each(rules.map((rule) => ({ id: rule.id, rule })))('$id', async ({ rule }) => {
        const bad = examplesOf(rule, 'bad');
        const mistakes: string[] = [];
        for (const example of bad) {
          const title = `${rule.id}: ${nameOf(example)}`;
          const answer = await tryOut(exampleOf(rule, example));
          if (typeof answer === 'string') {
            const expected = REFUSED_ANYWAY[title] === undefined ? wordsOf(rule) : [REFUSED_ANYWAY[title]];
            if (!expected.some((words) => answer.includes(words))) mistakes.push(`${title}: ${answer}`);
          } else {
            const found = evaluate([rule], [answer], { tier, exceptions: [] });
            if (found.length > 0 || !MENDED_BY_THE_SERVER.includes(title))
              mistakes.push(`${title}: admitted`);
          }
        }
        for (const example of examplesOf(rule, 'good')) {
          const answer = await tryOut(exampleOf(rule, example));
          if (typeof answer === 'string') mistakes.push(`${rule.id}: good ${nameOf(example)}: ${answer}`);
        }
        expect(mistakes).toEqual([]);
        // Where the server mends all of them, the policy proves nothing.
        const refusable = bad.filter(
          (example) => !MENDED_BY_THE_SERVER.includes(`${rule.id}: ${nameOf(example)}`),
        );
        expect(refusable.length).toBeGreaterThan(0);
      });
    });

    test('every bad workload is refused in its namespaces, by the bindings as emitted, and in nobody else’s', async () => {
      await enforcePolicies(plane.api, environment.policies);
      const workloads = rules.flatMap((rule) =>
        examplesOf(rule, 'bad')
          .filter((example) => podTemplateOf(example) !== undefined && example.kind !== 'Pod')
          .filter((example) => !MENDED_BY_THE_SERVER.includes(`${rule.id}: ${nameOf(example)}`))
          .map((example) => exampleOf(undefined, example)),
      );
      expect(workloads.length).toBeGreaterThan(20);
      const mistakes: string[] = [];
      for (const workload of workloads) {
        for (const { metadata } of own) {
          const answer = await tryOut(movedTo(metadata.name, workload));
          if (
            typeof answer !== 'string' ||
            !/ValidatingAdmissionPolicy 'hyperion-\S+' .*\(rule \S+\)\.$/.test(answer)
          ) {
            mistakes.push(
              `${nameOf(workload)} in ${metadata.name}: ${typeof answer === 'string' ? answer : 'admitted'}`,
            );
          }
        }
        const elsewhere = await tryOut(movedTo(OTHER_TENANT, workload));
        if (typeof elsewhere === 'string')
          mistakes.push(`${nameOf(workload)} in ${OTHER_TENANT}: ${elsewhere}`);
      }
      expect(mistakes).toEqual([]);
    });

    test('a pod that breaks the level of its namespace is refused by Pod Security', async () => {
      const levels = own.map(({ metadata }) =>
        textAt(metadata, 'labels', 'pod-security.kubernetes.io/enforce'),
      );
      expect(levels).not.toContain(undefined);
      for (const [index, { metadata }] of own.entries()) {
        const level = levels[index] ?? '';
        const answer = await tryOut(BREAKS[level]?.(metadata.name) ?? podOf(metadata.name, {}));
        if (level === 'privileged') expect(answer).not.toContain('PodSecurity');
        else expect(answer).toContain(`violates PodSecurity "${level}:latest"`);
      }
      expect(await tryOut(podOf(OTHER_TENANT, {}))).toHaveProperty('kind', 'Pod');
    });
  });
});

const BREAKS: Readonly<Record<string, (home: string) => Manifest>> = {
  restricted: (home) => podOf(home, {}),
  baseline: (home) => podOf(home, { hostNetwork: true }),
};

/** As it stands in an answer, one for each validation. */
function wordsOf(rule: Rule): string[] {
  return rule.validations.map(
    ({ message }) => `denied request: ${message}. ${rule.remedy} (rule ${rule.id}).`,
  );
}

function movedTo(home: string, object: Manifest): Manifest {
  return { ...object, metadata: { ...object.metadata, namespace: home } };
}

function podOf(home: string, spec: Readonly<Record<string, unknown>>): Manifest {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { namespace: home, name: 'plain' },
    spec: { containers: [{ name: 'main', image: 'registry.example.com/main:1' }], ...spec },
  };
}

/** Pods are refused whose account is not there, and there is no controller that makes the default ones. */
function serviceAccounts(namespaces: readonly string[]): Manifest[] {
  const wanted = [
    ...namespaces.map((home) => `${home}/default`),
    ...EXAMPLES.filter(({ kind }) => kind === 'Pod').map(
      (pod) =>
        `${pod.metadata.namespace ?? ''}/${textAt(fieldsAt(pod, 'spec'), 'serviceAccountName') ?? 'default'}`,
    ),
  ];
  return [...new Set(wanted)].map((account) => {
    const [home = '', name = ''] = account.split('/');
    return { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { namespace: home, name } };
  });
}
