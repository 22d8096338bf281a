import { ALL_CONTAINERS, POD_CARRIERS, POD_SPEC } from '../pod-spec';
import type { Rule } from '../rule';

const SECRET_NAME = '(?i)(PASSWORD|PASSWD|SECRET|TOKEN|CREDENTIAL|(^|_)KEY(_|$))';
/** Names that only point at a secret, or say something about it. */
const ABOUT_A_SECRET = '(?i)_(FILE|PATH|DIR|NAME|ROLE|URL|TTL|LIFETIME|AUDIENCE)$';
/** Put together from another variable, which comes from a Secret. */
const REFERENCE = '^[$][(][A-Za-z_][A-Za-z0-9_]*[)]$';
const PASSWORD_IN_URL = '://[^/@: ]*:[^$/@ ][^/@ ]*@';

export const noSecretLiterals: Rule = {
  id: 'no-secret-literals',
  title: 'Secrets are not written into manifests',
  severity: 'critical',
  reason:
    'Everybody who may read the repository or the workload reads the secret, and it stays in the history.',
  remedy:
    'Take the value from a Secret with valueFrom.secretKeyRef; an ExternalSecret fills that Secret from the vault',
  appliesTo: POD_CARRIERS,
  variables: [POD_SPEC, ALL_CONTAINERS],
  validations: [
    {
      expression: `variables.allContainers.all(c, !has(c.env) || c.env.all(e,
        !has(e.value) || e.value == '' ||
        !e.name.matches('${SECRET_NAME}') || e.name.matches('${ABOUT_A_SECRET}') || e.value.matches('${REFERENCE}')))`,
      message: 'An environment variable that is named like a secret has a literal value',
    },
    {
      expression: `variables.allContainers.all(c, !has(c.env) || c.env.all(e,
        !has(e.value) || !e.value.contains('://') || !e.value.matches('${PASSWORD_IN_URL}')))`,
      message: 'The value of an environment variable is a URL with a password in it',
    },
  ],
};
