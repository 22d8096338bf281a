/**
 * The policy pack of one `pulumi up --policy-pack policies`: every rule, for the stack at hand. A stack is called as its
 * environment; one that is no environment has to keep every rule of production.
 */
import { PolicyPack } from '@pulumi/policy';
import { getStack } from '@pulumi/pulumi';
import { packPolicies } from '../policies/pack';
import { ENVIRONMENTS } from './environments';

const environment = ENVIRONMENTS[getStack()];

new PolicyPack('hyperion', {
  policies: packPolicies({
    tier: environment?.tier ?? 'prod',
    exceptions: environment?.exceptions ?? [],
    cloudExceptions: environment?.cloudExceptions ?? [],
  }),
});
