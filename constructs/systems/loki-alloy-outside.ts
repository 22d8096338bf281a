/**
 * Who was in the cluster before the log platform, and is not its own: the Kubernetes API, Grafana, Prometheus.
 */
import type { Endpoint } from '../core/endpoint';
import { External } from '../core/party';
import type { Platform } from '../core/platform';
import type { LokiAlloyProps } from './loki-alloy-props';
import { kubernetesApi } from './outside';

export interface LokiAlloyOutside {
  readonly kubernetesApi: Endpoint<'coordination', 'kubernetes-api'>;
  readonly grafana: External;
  readonly grafanaWeb: Endpoint<'web', 'http'>;
  readonly prometheus: External;
}

export function lokiAlloyOutside(platform: Platform, props: LokiAlloyProps): LokiAlloyOutside {
  const { pods, service, port } = props.grafana;
  const grafana = new External(platform, 'grafana', {
    description: 'The Grafana that is there already',
    pods,
    host: `${service}.${pods.namespace}.svc.${platform.clusterDomain}`,
  });
  return {
    kubernetesApi: kubernetesApi(platform, [props.kubernetesApi]),
    grafana,
    grafanaWeb: grafana.listen({
      name: 'http',
      port,
      protocol: 'http',
      signals: ['web'],
      access: 'read',
    }),
    prometheus: new External(platform, 'prometheus', {
      description: 'The Prometheus that is there already',
      pods: props.prometheus.pods,
    }),
  };
}
