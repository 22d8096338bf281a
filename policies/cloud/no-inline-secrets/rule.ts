import { isSet, literal } from '../../cel';
import { forTypes } from '../expressions';
import type { CloudRule } from '../rule';

const FUNCTION = 'aws:lambda/function:Function';
const SECRET_NAME = '(?i)(PASSWORD|PASSWD|SECRET|TOKEN|CREDENTIAL|(^|_)KEY(_|$))';
/** Names that only point at a secret. */
const ABOUT_A_SECRET = '(?i)_(FILE|PATH|DIR|NAME|ARN|ID|ROLE|URL)$';
/** An assignment of a secret's name, a key of AWS, a private key, or a password in a URL. */
const IN_TEXT =
  '(?i)((password|passwd|secret|token|api_?key|access_?key)[a-z_]*["\']? *[=:] *["\']?[^ $<{("\'\\n][^ \\n]{5}|AKIA[0-9A-Z]{16}|-----BEGIN [A-Z ]*PRIVATE KEY-----|://[^/@: ]+:[^$/@ ][^/@ ]*@)';

export const noInlineSecrets: CloudRule = {
  id: 'no-inline-secrets',
  title: 'No secret is written into a machine or a function',
  severity: 'critical',
  reason:
    "Whoever may describe the machine reads the secret, and so does every pod that reaches the node's metadata.",
  remedy: 'Keep it in Key Vault or Secrets Manager, and let an identity read it',
  appliesTo: [
    'aws:ec2/launchTemplate:LaunchTemplate',
    'aws:ec2/instance:Instance',
    FUNCTION,
    'azure-native:containerservice:ManagedCluster',
  ],
  validations: [
    {
      expression: `(!has(resource.userData) || !resource.userData.matches(${literal(IN_TEXT)})) &&
        (!has(resource.userDataBase64) || !resource.userDataBase64.matches(${literal(IN_TEXT)}))`,
      message: 'The user data holds a secret',
    },
    {
      expression: forTypes(
        [FUNCTION],
        `(!${isSet('resource', 'environment.variables')} || resource.environment.variables.all(e,
          !e.matches('${SECRET_NAME}') || e.matches('${ABOUT_A_SECRET}')))`,
      ),
      message: 'An environment variable that is named like a secret has a literal value',
    },
    {
      expression: `!${isSet('resource', 'servicePrincipalProfile.secret')} && !${isSet('resource', 'aadProfile.serverAppSecret')}`,
      message: 'The cluster acts with a stored secret, not with a managed identity',
    },
  ],
};
