import { equals, isSet } from '../../cel';
import type { CloudRule } from '../rule';

export const gatewayHasFirewall: CloudRule = {
  id: 'gateway-has-firewall',
  title: 'The application gateway looks into requests',
  severity: 'high',
  reason:
    'It is where the internet reaches the platform; what comes in is parsed by a dozen programs behind it.',
  remedy: 'Use the SKU WAF_v2, and set firewallPolicy to a WAF policy',
  appliesTo: ['azure-native:network:ApplicationGateway'],
  validations: [
    {
      expression: `${equals('resource', 'sku.tier', 'WAF_v2')} && ${isSet('resource', 'firewallPolicy.id')}`,
      message: 'The gateway has no web application firewall',
    },
  ],
};
