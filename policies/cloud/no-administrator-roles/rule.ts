import { forTypes, isOneOf } from '../expressions';
import type { CloudRule } from '../rule';

const ASSIGNMENT = 'azure-native:authorization:RoleAssignment';
/** Owner, Contributor, User Access Administrator, Role Based Access Control Administrator; source: Microsoft Learn, "Azure built-in roles". */
const ADMINISTRATORS =
  '(8e3af657-a8ff-443c-a75c-2fe8c4bcb635|b24988ac-6180-42a0-ab88-20f7382dd24c|18d7d88d-d35e-4fb5-a5c3-7773c20a72d9|f58310d9-a9f6-439a-9e8d-f62e7b41a168)$';
const MANAGED = ':policy/(AdministratorAccess|PowerUserAccess|IAMFullAccess|[A-Za-z0-9]+FullAccess)$';

export const noAdministratorRoles: CloudRule = {
  id: 'no-administrator-roles',
  title: 'No identity of the platform is an administrator',
  severity: 'critical',
  reason: 'One hole in one pod would be a hole in the whole account.',
  remedy: 'Give the narrowest built-in role, at the scope of the one resource that it needs',
  appliesTo: [ASSIGNMENT, 'aws:iam/rolePolicyAttachment:RolePolicyAttachment'],
  validations: [
    {
      expression: forTypes([ASSIGNMENT], `!resource.roleDefinitionId.matches('${ADMINISTRATORS}')`),
      message: 'The assignment gives the role of an administrator',
    },
    {
      expression: forTypes(
        [ASSIGNMENT],
        `!resource.scope.matches('^/?(subscriptions/[^/]+|providers/Microsoft[.]Management/managementGroups/[^/]+)?/?$')`,
      ),
      message: 'The assignment holds in a whole subscription, or more',
    },
    {
      expression: `${isOneOf(ASSIGNMENT)} || !resource.policyArn.matches('${MANAGED}')`,
      message: 'The attachment gives full access',
    },
  ],
};
