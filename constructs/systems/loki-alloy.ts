/**
 * Loki with Alloy on premises, in the order in which a line flows. Each component takes the endpoints of those behind it;
 * `part` makes it when somebody first asks, so a component may name those further down.
 *
 *   pods → Alloy on each node → gateway → Loki → Ceph (RGW)
 *                      Grafana, canary ↗      Prometheus scrapes all of them
 */
import { programAlerts } from '../alert/program-alerts';
import { renderCheckedRules } from '../alert/rules';
import { ServiceMonitors } from '../alert/service-monitors';
import { streamAlerts } from '../alert/stream-alerts';
import { targetAlerts } from '../alert/target-alerts';
import { Alloy } from '../collect/alloy';
import type { Load } from '../core/delivery';
import { parts } from '../core/part';
import { Platform } from '../core/platform';
import { TailscaleIngress } from '../ingress/tailscale-ingress';
import { LokiGateway } from '../route/loki-gateway';
import { Namespaces } from '../secure/namespaces';
import { Loki } from '../store/loki';
import { LokiCanary } from '../store/loki-canary';
import { RookObjectStore } from '../store/rook-object-store';
import { GrafanaObjects } from '../view/grafana-objects';
import { BUCKETS, DOCUMENTED_RESOURCES, storedBytes } from './loki-alloy-sizing';
import { lokiAlloyOutside } from './loki-alloy-outside';
import type { LokiAlloyProps } from './loki-alloy-props';

/** @returns the composed platform; `complete` derives what needs all of it, and checks it */
export function lokiAlloy(props: LokiAlloyProps): Platform {
  const platform = new Platform({ ...props, system: 'loki-alloy' });
  const { part, makeAll } = parts();
  const here = { namespace: props.namespace };
  const load: Load = {
    eventsPerSecond: props.lines.perSecond,
    bytesPerSecond: props.lines.perSecond * props.lines.bytesEach,
  };
  const names = {
    jobs: { loki: 'loki', canary: 'loki-canary', agents: 'alloy' },
    // What Rook calls it.
    pool: `${props.ceph.store}.rgw.buckets.data`,
  };

  // ── Ground: the namespace, and who was there before ──
  new Namespaces(platform, 'namespaces', {
    namespaces: { [props.namespace]: { podSecurity: 'restricted' } },
  });
  const outside = lokiAlloyOutside(platform, props);

  // ── 1 Collection: on each node ──
  part(
    () =>
      new Alloy(platform, 'alloy', {
        ...here,
        ...props.agents,
        push: gateway().push,
        kubernetesApi: outside.kubernetesApi,
        cluster: props.environment,
        nodes: props.nodes,
        load,
        resources: DOCUMENTED_RESOURCES.alloy,
      }),
  );

  // ── 2 The gateway: one address for writing and reading ──
  const gateway = part(
    () =>
      new LokiGateway(platform, 'loki-gateway', {
        ...here,
        loki: loki(),
        load,
        resources: DOCUMENTED_RESOURCES.gateway,
      }),
  );

  // ── 3 Loki, and the buckets under it ──
  const loki = part(
    () =>
      new Loki(platform, 'loki', {
        ...here,
        retention: props.logs.retention,
        schemaFrom: props.logs.schemaFrom,
        chunks: objectStore().bucket(BUCKETS.chunks),
        ruler: objectStore().bucket(BUCKETS.ruler),
        volume: { size: props.logs.volume, storageClass: props.storageClass },
        load,
        limits: { maxStreams: props.logs.maxStreams },
        resources: DOCUMENTED_RESOURCES.loki,
      }),
  );
  const objectStore = part(
    () =>
      new RookObjectStore(platform, 'object-store', {
        ...here,
        ...props.ceph,
        buckets: Object.values(BUCKETS),
        holds: storedBytes(load, props.logs.retention),
      }),
  );

  // ── 4 Looking at it: the Grafana that is there already, over Tailscale ──
  part(
    () =>
      new GrafanaObjects(platform, 'loki-grafana', {
        namespace: props.grafana.pods.namespace,
        grafana: outside.grafana,
        logs: gateway().query,
        dashboards: {
          metricsUid: props.grafana.metricsUid,
          // Other things of the cluster are in that Prometheus too.
          labels: { namespace: props.namespace },
          podNamespace: props.namespace,
          cephPool: names.pool,
        },
      }),
  );
  part(
    () =>
      new TailscaleIngress(platform, 'grafana-tailscale', {
        namespace: props.grafana.pods.namespace,
        machine: 'grafana',
        tailnet: props.tailnet,
        to: { endpoint: outside.grafanaWeb, service: props.grafana.service },
      }),
  );

  // ── 5 Watching it: the canary through the gateway, and the Prometheus that is there already ──
  part(
    () => new LokiCanary(platform, 'loki-canary', { ...here, push: gateway().push, query: gateway().query }),
  );
  part(
    () =>
      new ServiceMonitors(platform, 'service-monitors', {
        ...here,
        prometheus: outside.prometheus,
        selectedBy: props.prometheus.selects,
        rules: (jobs) =>
          renderCheckedRules(platform, 'service-monitors', [
            // The operator puts the namespace on every series: other things of the cluster are in that Prometheus too.
            targetAlerts(jobs, { namespace: props.namespace }),
            ...programAlerts(platform, { evaluatedBy: 'prometheus', labels: { namespace: props.namespace } }),
            ...streamAlerts({ job: 'loki', namespace: props.namespace, maxStreams: props.logs.maxStreams }),
          ]),
      }),
  );

  makeAll();
  return platform;
}
