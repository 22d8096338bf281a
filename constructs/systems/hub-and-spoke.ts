/**
 * A hub and its spokes on AWS, in the order in which the metrics flow. Each component takes the endpoints of those behind
 * it; `part` makes it when somebody first asks, so a component may name those further down.
 *
 *   every cluster: node-exporter, kube-state-metrics, kubelets, API server → vmagent (queue on disk)
 *   vmagents → internal load balancer → vmauth → vminsert → vmstorage ← vmselect ← vmauth ← Grafana, vmalert
 *                                                        vmalert → Alertmanager → Slack, PagerDuty, e-mail
 *
 * A hub that is not the active one keeps the same metrics, and evaluates, tells and shows nothing.
 */
import { cloudRef } from '../core/cloud-ref';
import { parts } from '../core/part';
import { Platform } from '../core/platform';
import { AwsLoadBalancer } from '../ingress/aws-load-balancer';
import { CertificateAuthority } from '../secure/certificate-authority';
import { VerticalRecommendations } from '../secure/vertical-recommendations';
import { checkAccess, vmauthUsers } from '../store/access-matrix';
import { Vmauth } from '../store/vmauth';
import { hubAccess } from './hub-and-spoke-access';
import { hubAlerting } from './hub-and-spoke-alerting';
import { distinctClusters } from './hub-and-spoke-clusters';
import { clusterNamespaces, exporters, MONITORING, scrapeAgent } from './hub-and-spoke-collection';
import { hubGrafana } from './hub-and-spoke-grafana';
import { hubPlace, placedHubs, siteOf } from './hub-and-spoke-hosts';
import { hubFromInside, hubFromOutside, s3Buckets, zoneAuthority } from './hub-and-spoke-outside';
import type { HubProps, SpokeProps } from './hub-and-spoke-props';
import { hubRoutes } from './hub-and-spoke-routes';
import {
  checkSent,
  coldTier,
  coldUsers,
  hubLogs,
  hubMetrics,
  hubTraces,
  withOtlp,
} from './hub-and-spoke-stores';
import { kubernetesApi } from './outside';

/** A cluster whose metrics go to every hub. @returns the composed platform; `complete` checks it */
export function spoke(props: SpokeProps): Platform {
  const { cluster } = props;
  const platform = new Platform({ ...props, nodes: cluster.workload.nodes, system: 'hub-and-spoke' });

  // ── Ground: namespaces, the Kubernetes API, and the hubs outside ──
  clusterNamespaces(platform);
  const api = kubernetesApi(platform, props.network.kubernetesApi);
  const hubs = placedHubs(props.hubs);
  distinctClusters(
    platform,
    cluster,
    hubs.map(({ site }) => site),
  );
  const zone = zoneAuthority(platform, props.hubs);

  // ── Collection: exporters, and the vmagent that writes to every hub ──
  exporters(platform, props, api);
  scrapeAgent(platform, props, cluster, {
    kubernetesApi: api,
    operators: ['external-secrets'],
    hubs: hubs.map((hub) => hubFromOutside(platform, props.hubs, hub, cluster, zone)),
  });
  return platform;
}

/** The cluster that keeps everybody's metrics, its own too. */
export function hub(props: HubProps): Platform {
  const { hubs, role } = props;
  const { nodes } = siteOf(hubs, role).workload;
  const platform = new Platform({ ...props, nodes, system: 'hub-and-spoke' });
  const { part, makeAll } = parts();
  const { here, other, isActive } = hubPlace(platform, hubs, role);
  const remote = distinctClusters(platform, here, [
    ...props.spokes,
    ...(other === undefined ? [] : [other.site]),
  ]);
  const clusters = [here, ...remote];
  const access = hubAccess(clusters);
  checkAccess(platform, access);
  checkSent(platform, props, remote);

  // ── Ground: namespaces, certificates, whom we talk to outside ──
  clusterNamespaces(platform);
  const { issuer } = new CertificateAuthority(platform, 'monitoring-ca', MONITORING);
  const api = kubernetesApi(platform, props.network.kubernetesApi);
  const bucket = s3Buckets(platform, here.region, props.network.privateEndpoints);

  // ── 1 Entrance: the load balancer's hosts, and the door with its users ──
  part(
    () =>
      new AwsLoadBalancer(platform, 'load-balancer', {
        ...MONITORING,
        subnets: here.loadBalancer,
        certificateArn: cloudRef(
          platform,
          'load-balancer-certificate-arn',
          "ARN of the load balancer's certificate, for all its hosts",
        ),
        securityGroup: cloudRef(
          platform,
          'load-balancer-security-group-id',
          "ID of the load balancer's security group, which admits its callers and nobody else",
        ),
        routes: hubRoutes(platform, props, remote, {
          vmauth: vmauth(),
          coldVmauth: coldVmauth(),
          grafana: grafana(),
          hasOtlp: logs() !== undefined || traces() !== undefined,
        }),
      }),
  );
  const vmauth = part(
    () =>
      new Vmauth(platform, 'vmauth', {
        ...MONITORING,
        tls: { issuer },
        users: withOtlp(
          vmauthUsers(access, {
            vminsert: metrics().remoteWrite,
            vmselect: metrics().query,
            exporters: exporting(),
          }),
          remote,
          { logs: logs(), traces: traces() },
        ),
      }),
  );
  const coldVmauth = part(() => {
    const store = cold();
    return (
      store &&
      new Vmauth(platform, 'vmauth-cold', {
        ...MONITORING,
        tls: { issuer },
        users: coldUsers(clusters, store, hubs),
      })
    );
  });

  // ── 2 Storage: metrics, their cold tier, and by choice logs and traces ──
  const metrics = part(() => hubMetrics(platform, props, clusters, bucket, cold()));
  const cold = part(() => coldTier(platform, props, clusters));
  const logs = part(() => (isActive ? hubLogs(platform, props, clusters, bucket) : undefined));
  const traces = part(() => (isActive ? hubTraces(platform, props, clusters, bucket) : undefined));

  // ── 3 Looking at it, and being told ──
  const grafana = part(() =>
    isActive
      ? hubGrafana(platform, props, { access, issuer, vmauth: vmauth(), logs: logs(), traces: traces() })
      : undefined,
  );
  part(() =>
    isActive
      ? hubAlerting(platform, props, { here, remote, vmauth: vmauth(), metrics: metrics() })
      : undefined,
  );

  // ── 4 The hub's own cluster, scraped as every other is ──
  const exporting = part(() => exporters(platform, props, api));
  part(() =>
    scrapeAgent(platform, props, here, {
      kubernetesApi: api,
      operators: ['cert-manager', 'external-secrets'],
      hubs: [
        hubFromInside(vmauth(), coldVmauth()),
        ...(other === undefined
          ? []
          : [hubFromOutside(platform, hubs, other, here, zoneAuthority(platform, hubs))]),
      ],
    }),
  );
  part(() =>
    props.recommendations ? new VerticalRecommendations(platform, 'recommendations', MONITORING) : undefined,
  );

  makeAll();
  return platform;
}
