/**
 * The real Kyverno CLI judges every object of every environment, with its own engine and with the API server's, and
 * both agree with the manifest check: without the environment's exceptions, which shows that they can refuse, and with
 * them, which shows that nothing else is refused.
 */
import { admissionPolicy } from '../../policies/admission';
import { policyName } from '../../policies/enforcement';
import { evaluate } from '../../policies/evaluate';
import { kyvernoException, kyvernoPolicy } from '../../policies/kyverno';
import { formatResource, type Manifest } from '../../policies/manifest';
import { appliesIn, type Rule } from '../../policies/rule';
import { RULES } from '../../policies/rules';
import { ENVIRONMENTS } from '../../stacks/environments';
import { ENVIRONMENT_NAMES, parsedManifests } from '../environments';
import { tool } from '../tools/obtain';
import { proof } from '../tools/proof';
import { judge, type Verdict } from './kyverno/judge';

const EVERYWHERE = { namespaceLabels: {} };
const LIMIT_MS = 300_000;

interface Group {
  readonly rules: readonly Rule[];
  readonly objects: readonly Manifest[];
}

/** The CLI compiles every policy for every object, so each kind is asked only about the rules for it. */
function groups(objects: readonly Manifest[], rules: readonly Rule[]): Group[] {
  const kinds = [...new Set(objects.map(({ kind }) => kind))].sort();
  return kinds
    .map((kind) => ({
      rules: rules.filter(({ appliesTo }) => (appliesTo as readonly string[]).includes(kind)),
      objects: objects.filter((object) => object.kind === kind),
    }))
    .filter((group) => group.rules.length > 0);
}

function refusals(verdicts: readonly Verdict[]): string[] {
  const broken = verdicts.filter(({ result }) => result === 'error');
  if (broken.length > 0) throw new Error(`the CLI could not judge: ${JSON.stringify(broken[0])}`);
  return verdicts
    .filter(({ result }) => result === 'fail')
    .map(({ policy, resource }) => `${policy}: ${formatResource(resource)}`)
    .sort();
}

proof(['kyverno'], 'Kyverno judges every environment as the manifest check does', () => {
  describe.each(ENVIRONMENT_NAMES)('%s', (name) => {
    const environment = ENVIRONMENTS[name];
    const exceptions = environment?.exceptions ?? [];
    const tier = environment?.tier ?? 'prod';
    const rules = RULES.filter((rule) => appliesIn(rule, tier));
    const objects = parsedManifests(name) as unknown as Manifest[];
    // An object that breaks a rule in two places is one object that breaks it.
    const inProcess = (withExceptions: boolean): string[] => [
      ...new Set(
        evaluate(RULES, objects, { tier, exceptions: withExceptions ? exceptions : [] })
          .map(({ rule, resource }) => `${policyName(rule)}: ${formatResource(resource)}`)
          .sort(),
      ),
    ];

    test('the check finds nothing but what the exceptions name', () => {
      expect(inProcess(true)).toEqual([]);
      expect(inProcess(false)).toHaveLength(exceptions.length);
    });

    test(
      'as ValidatingPolicies, with and without the exceptions',
      async () => {
        const kyverno = await tool('kyverno');
        const refused: string[] = [];
        const refusedWithExceptions: string[] = [];
        for (const group of groups(objects, rules)) {
          const policies = group.rules.map((rule) => kyvernoPolicy(rule, EVERYWHERE));
          refused.push(...refusals(await judge(kyverno, { policies, objects: group.objects })));
          const named = exceptions.filter(({ resource }) =>
            group.objects.some(({ kind }) => kind === resource.kind),
          );
          if (named.length === 0) continue;
          const asked = {
            policies,
            objects: group.objects,
            exceptions: named.map((exception) => kyvernoException(exception, 'kyverno')),
          };
          refusedWithExceptions.push(...refusals(await judge(kyverno, asked)));
        }
        expect(refused.sort()).toEqual(inProcess(false));
        expect(refusedWithExceptions).toEqual([]);
      },
      LIMIT_MS,
    );

    test(
      'as ValidatingAdmissionPolicies',
      async () => {
        const refused: string[] = [];
        for (const group of groups(objects, rules)) {
          const policies = group.rules.map((rule) => admissionPolicy(rule, []));
          refused.push(...refusals(await judge(await tool('kyverno'), { policies, objects: group.objects })));
        }
        expect(refused.sort()).toEqual(inProcess(false));
      },
      LIMIT_MS,
    );
  });
});
