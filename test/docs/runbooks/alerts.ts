/**
 * The alerts of all environments, as the evaluating programs read them: from the rendered files, whoever made them.
 */
import { parse } from 'yaml';
import { ENVIRONMENT_NAMES, synthesisOf } from '../../environments';

export interface RenderedAlert {
  readonly environment: string;
  readonly alert: string;
  readonly expr: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

interface RuleFile {
  readonly groups: readonly { readonly rules: readonly (Omit<RenderedAlert, 'environment'> | object)[] }[];
}

const RULE_FILE = /^config\/[^/]+\/rules[^/]*\.yml$/;

export function renderedAlerts(): RenderedAlert[] {
  return ENVIRONMENT_NAMES.flatMap((environment) =>
    [...synthesisOf(environment).files]
      .filter(([path]) => RULE_FILE.test(path))
      .flatMap(([, text]) => (parse(text) as RuleFile).groups)
      .flatMap(({ rules }) => rules)
      .flatMap((rule) => ('alert' in rule ? [{ ...rule, environment }] : [])),
  );
}
