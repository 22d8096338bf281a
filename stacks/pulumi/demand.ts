/**
 * Synthesis → what its platform asks of a cloud: everything derived, from the flow graph where it knows, from the objects
 * where they alone do.
 */
import { imagesOf } from '../../constructs/core/images';
import { namespaceRequests } from '../../constructs/core/pod-requests';
import type { Platform } from '../../constructs/core/platform';
import { GRAFANA_LOGIN } from '../../constructs/systems/grafana-database';
import type { CloudDemand, DatabaseDemand } from '../../infra/cloud';
import type { Manifest } from '../../policies/manifest';
import { listAt, textAt } from '../manifest-data';
import type { Synthesis } from '../synthesis';
import { inboundFlows, outboundFlows } from './demand-flows';
import { hostDemands } from './demand-hosts';
import { secretDemands } from './demand-secrets';
import { objectStoreDemands } from './demand-stores';

/** @param generatedSecrets names that the operator declared to be nobody's but the platform's */
export function cloudDemand(synthesis: Synthesis, generatedSecrets: readonly string[] = []): CloudDemand {
  const { platform } = synthesis;
  const objects = synthesis.objects.map(({ object }) => object);
  const database = databaseDemand(platform);
  return {
    environment: platform.environment,
    system: platform.system,
    tier: platform.tier,
    zones: platform.zones,
    references: [...platform.cloudRefs.keys()].sort(),
    objectStores: objectStoreDemands(synthesis),
    ...(database === undefined ? {} : { database }),
    secretStore: platform.secretStore,
    secrets: secretDemands(synthesis, { database, generatedSecrets }),
    storageClasses: storageClasses(objects),
    hosts: hostDemands(synthesis),
    inbound: inboundFlows(synthesis),
    outbound: outboundFlows(platform),
    imageRegistries: imageRegistries(platform),
    dialsNodes: platform.graph.connections.some(({ to }) => to.owner.nodeAddresses !== undefined),
    requests: requests(platform),
  };
}

/** The host that Grafana waits for says that its server is the cloud's. */
function databaseDemand({ graph, cloudRefs }: Platform): DatabaseDemand | undefined {
  if (!cloudRefs.has('grafana-database-host')) return undefined;
  for (const { to, credential } of graph.connections) {
    if (to.protocol !== 'postgresql' || credential?.kind !== 'password') continue;
    return { ...GRAFANA_LOGIN, passwordSecret: credential.secret.name };
  }
  return undefined;
}

/** Named by claims, and not made by the environment itself. */
function storageClasses(objects: readonly Manifest[]): string[] {
  const made = new Set(
    objects.filter(({ kind }) => kind === 'StorageClass').map(({ metadata }) => metadata.name),
  );
  const claims = objects.flatMap((object) =>
    object.kind === 'PersistentVolumeClaim' ? [object] : listAt(object, 'spec', 'volumeClaimTemplates'),
  );
  const named = claims.flatMap((claim) => textAt(claim, 'spec', 'storageClassName') ?? []);
  return [...new Set(named)].filter((name) => !made.has(name)).sort();
}

/** An image without a host is Docker Hub's. */
function imageRegistries(platform: Platform): string[] {
  const hosts = imagesOf(platform).map((image) => {
    const [host = ''] = image.split('/');
    return host.includes('.') ? host : 'docker.io';
  });
  return [...new Set(hosts)].sort();
}

/** At their largest: autoscalers at their maximum, a node agent on each node. */
function requests(platform: Platform): CloudDemand['requests'] {
  const namespaces = new Set(platform.components.map(({ namespace }) => namespace));
  const sums = [...namespaces].map((namespace) => namespaceRequests(platform, namespace));
  return {
    cpuMillis: sums.reduce((sum, { cpuMillis }) => sum + cpuMillis, 0),
    memoryMebibytes: Math.ceil(sums.reduce((sum, { memoryBytes }) => sum + memoryBytes, 0) / 1024 ** 2),
  };
}
