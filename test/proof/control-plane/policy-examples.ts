/** The examples of the policies as a real API server takes them, each judged by the policy of its own rule alone. */
import { policyName } from '../../../policies/enforcement';
import type { Manifest } from '../../../policies/manifest';
import type { Rule } from '../../../policies/rule';
import { fieldsAt } from '../../../stacks/manifest-data';

const EXAMPLE_LABEL = 'test.hyperion.example.com/example-of';

export function emittedPolicy(rule: Rule, policies: readonly Manifest[]): Manifest | undefined {
  return emitted('ValidatingAdmissionPolicy', rule, policies);
}

/** The emitted binding, but for the rule's own examples: an example of one rule may well break another. */
export function bindingForExamples(rule: Rule, policies: readonly Manifest[]): Manifest {
  const binding = emitted('ValidatingAdmissionPolicyBinding', rule, policies);
  if (binding === undefined) throw new Error(`rule ${rule.id} has a policy and no binding`);
  return {
    ...binding,
    metadata: { name: `examples-of-${rule.id}` },
    spec: {
      ...fieldsAt(binding, 'spec'),
      matchResources: { objectSelector: { matchLabels: { [EXAMPLE_LABEL]: rule.id } } },
    },
  };
}

/** With what the server asks for and the rule does not care about. Without a rule, only that. */
export function exampleOf(rule: Rule | undefined, example: Manifest): Manifest {
  const object = completed(example);
  if (rule === undefined) return object;
  const labels = { ...fieldsAt(object.metadata, 'labels'), [EXAMPLE_LABEL]: rule.id };
  return { ...object, metadata: { ...object.metadata, labels } };
}

function emitted(kind: string, rule: Rule, policies: readonly Manifest[]): Manifest | undefined {
  return policies.find((policy) => policy.kind === kind && policy.metadata.name === policyName(rule.id));
}

function completed(object: Manifest): Manifest {
  switch (object.kind) {
    case 'Job':
      return { ...object, spec: endingPods(fieldsAt(object, 'spec')) };
    case 'CronJob': {
      const spec = fieldsAt(object, 'spec');
      const jobTemplate = {
        ...fieldsAt(spec, 'jobTemplate'),
        spec: endingPods(fieldsAt(spec, 'jobTemplate', 'spec')),
      };
      return { ...object, spec: { ...spec, jobTemplate } };
    }
    case 'Secret': {
      // A token says whose it is.
      if (object.type !== 'kubernetes.io/service-account-token') return object;
      const annotations = { 'kubernetes.io/service-account.name': 'default' };
      return { ...object, metadata: { ...object.metadata, annotations } };
    }
    default:
      return object;
  }
}

/** Pods of Jobs say what happens when they fail. */
function endingPods(spec: Readonly<Record<string, unknown>>): object {
  const template = fieldsAt(spec, 'template');
  return {
    ...spec,
    template: { ...template, spec: { restartPolicy: 'OnFailure', ...fieldsAt(template, 'spec') } },
  };
}
