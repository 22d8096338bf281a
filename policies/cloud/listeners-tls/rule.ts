import { equals } from '../../cel';
import { isAnyOf } from '../expressions';
import type { CloudRule } from '../rule';

/** Policies whose oldest version is TLS 1.2; source: AWS, "Security policies for your Application Load Balancer". */
const MODERN = '^ELBSecurityPolicy-(TLS13-1-[23]-|TLS-1-2-|FS-1-2-)';

export const listenersTls: CloudRule = {
  id: 'listeners-tls',
  title: 'Load balancers listen with TLS 1.2 or newer',
  severity: 'high',
  reason: 'Telemetry and log-in cookies would cross the network readable.',
  remedy:
    'Use protocol HTTPS or TLS with an sslPolicy such as ELBSecurityPolicy-TLS13-1-2-2021-06; plain HTTP may only redirect',
  appliesTo: ['aws:lb/listener:Listener', 'aws:alb/listener:Listener'],
  validations: [
    {
      expression: `${isAnyOf('resource', 'protocol', ['HTTPS', 'TLS'])} ||
        resource.defaultActions.all(e, e.type == 'redirect' && ${equals('e', 'redirect.protocol', 'HTTPS')})`,
      message: 'The listener answers without TLS',
    },
    {
      expression: `!${isAnyOf('resource', 'protocol', ['HTTPS', 'TLS'])} ||
        (has(resource.sslPolicy) && resource.sslPolicy.matches('${MODERN}'))`,
      message: 'The listener takes TLS older than 1.2',
    },
  ],
};
