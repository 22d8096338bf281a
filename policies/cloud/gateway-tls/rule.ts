import { isAnyOf } from '../expressions';
import type { CloudRule } from '../rule';

/** Predefined policies that begin at TLS 1.2; source: Microsoft Learn, "Application Gateway TLS policy overview". */
const MODERN = ['AppGwSslPolicy20170401S', 'AppGwSslPolicy20220101', 'AppGwSslPolicy20220101S'];

export const gatewayTls: CloudRule = {
  id: 'gateway-tls',
  title: 'The application gateway takes TLS 1.2 or newer only',
  severity: 'high',
  reason: 'It is where telemetry and people come in from the internet.',
  remedy:
    'Set sslPolicy to Predefined with AppGwSslPolicy20220101, or to CustomV2 with minProtocolVersion TLSv1_2',
  appliesTo: ['azure-native:network:ApplicationGateway'],
  validations: [
    {
      expression: `${isAnyOf('resource', 'sslPolicy.policyName', MODERN)} ||
        ${isAnyOf('resource', 'sslPolicy.minProtocolVersion', ['TLSv1_2', 'TLSv1_3'])}`,
      message: 'The gateway takes TLS older than 1.2',
    },
  ],
};
