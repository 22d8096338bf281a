import { equals } from '../../cel';
import type { CloudRule } from '../rule';

export const wafPrevents: CloudRule = {
  id: 'waf-prevents',
  title: 'The web application firewall prevents in production',
  severity: 'high',
  reason: 'In detection mode it writes down the attack that it lets through.',
  remedy: 'Set policySettings.mode to Prevention and policySettings.state to Enabled',
  appliesTo: ['azure-native:network:WebApplicationFirewallPolicy'],
  onlyIn: ['prod'],
  validations: [
    {
      expression: `${equals('resource', 'policySettings.mode', 'Prevention')} && ${equals('resource', 'policySettings.state', 'Enabled')}`,
      message: 'The web application firewall does not prevent',
    },
  ],
};
