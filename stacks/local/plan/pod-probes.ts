/**
 * A container's probes, with Kubernetes' defaults and its ports by number.
 */
import { fieldsAt, listAt, numberAt, textAt, type Fields } from '../../manifest-data';
import type { ContainerPlan, ProbePlan } from '../cluster-plan';
import { Obstacle } from './plan-obstacle';
import { staticVariables } from './pod-environment';
import { expandVariables } from './pod-variables';

/** Of `core/v1`. */
const DEFAULTS = {
  initialDelayS: 0,
  periodS: 10,
  timeoutS: 1,
  failureThreshold: 3,
  successThreshold: 1,
} as const;

/** @throws Obstacle */
export function probesOf(container: Fields): ContainerPlan['probes'] {
  const kinds = (['startup', 'liveness', 'readiness'] as const).filter(
    (kind) => container[`${kind}Probe`] !== undefined,
  );
  return Object.fromEntries(
    kinds.map((kind) => [kind, probe(fieldsAt(container, `${kind}Probe`), container)]),
  );
}

function probe(fields: Fields, container: Fields): ProbePlan {
  return {
    action: action(fields, container),
    initialDelayS: numberAt(fields, 'initialDelaySeconds') ?? DEFAULTS.initialDelayS,
    periodS: numberAt(fields, 'periodSeconds') ?? DEFAULTS.periodS,
    timeoutS: numberAt(fields, 'timeoutSeconds') ?? DEFAULTS.timeoutS,
    failureThreshold: numberAt(fields, 'failureThreshold') ?? DEFAULTS.failureThreshold,
    successThreshold: numberAt(fields, 'successThreshold') ?? DEFAULTS.successThreshold,
  };
}

function action(fields: Fields, container: Fields): ProbePlan['action'] {
  const http = fieldsAt(fields, 'httpGet');
  const tcp = fieldsAt(fields, 'tcpSocket');
  const host = textAt(http, 'host') ?? textAt(tcp, 'host');
  if (host !== undefined) throw new Obstacle(`a probe asks host ${host}, and probes here ask the pod`);
  if (fields.httpGet !== undefined) {
    return {
      kind: 'http',
      port: portOf(http, container),
      path: textAt(http, 'path') ?? '/',
      tls: textAt(http, 'scheme') === 'HTTPS',
      headers: Object.fromEntries(
        listAt(http, 'httpHeaders').map((header) => [
          textAt(header, 'name') ?? '',
          textAt(header, 'value') ?? '',
        ]),
      ),
    };
  }
  if (fields.tcpSocket !== undefined) return { kind: 'tcp', port: portOf(tcp, container) };
  if (fields.grpc !== undefined) {
    return {
      kind: 'grpc',
      port: portOf(fieldsAt(fields, 'grpc'), container),
      service: textAt(fields, 'grpc', 'service') ?? '',
    };
  }
  const variables = staticVariables(container);
  const [program, ...args] = listAt(fields, 'exec', 'command').map((part) =>
    expandVariables(String(part), variables),
  );
  if (program === undefined) throw new Obstacle('a probe has no action that is known here');
  return { kind: 'exec', argv: [program, ...args] };
}

function portOf(action: Fields, container: Fields): number {
  const number = numberAt(action, 'port');
  if (number !== undefined) return number;
  const name = textAt(action, 'port');
  const found = listAt(container, 'ports').find((port) => textAt(port, 'name') === name);
  const port = numberAt(found, 'containerPort');
  if (port === undefined)
    throw new Obstacle(`a probe asks port ${name ?? '?'}, which the container does not have`);
  return port;
}
