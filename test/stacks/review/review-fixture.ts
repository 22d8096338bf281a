/** A small document with one of everything that the review page shows; names may be made hostile. */
import type { Changes } from '../../../stacks/review/changes/changes';
import type { Picture } from '../../../stacks/review/picture/picture';
import type { ReviewDocument } from '../../../stacks/review/review-document';

const NOTHING: Picture = { width: 0, height: 0, frames: [], nodes: [], lines: [] };

/** With nothing in it: every view must say so in words. */
export const EMPTY_REVIEW: ReviewDocument = {
  environment: 'empty-dev',
  system: 'hyperion',
  tier: 'dev',
  describe: 'Nothing at all',
  cloud: 'none',
  asOf: '2026-07-31',
  survivesOutageSeconds: 1800,
  components: [],
  externals: [],
  connections: [],
  images: [],
  secrets: [],
  access: [],
  exceptions: [],
  findings: [],
  alerts: [],
  dashboards: [],
  objects: [],
  totals: { pods: 0, cpuMillis: 0, memoryBytes: 0, volumeBytes: 0, objects: 0 },
  picture: NOTHING,
};

/** @param store the name of one component, and part of all that belongs to it */
export function reviewFixture(store = 'loki'): ReviewDocument {
  const connection = `otel-logs → ${store}/http`;
  const object = `StatefulSet hyperion-store/${store}`;
  const policy = `hyperion-store/${store}`;
  return {
    ...EMPTY_REVIEW,
    environment: 'sample-prod',
    tier: 'prod',
    describe: 'Logs of a shop, kept for a month',
    cloud: 'azure',
    components: [
      {
        name: store,
        layer: 'store',
        summary: 'Log store on an object store',
        namespace: 'hyperion-store',
        startsInWave: 2,
        workloads: [
          {
            id: store,
            kind: 'StatefulSet',
            replicas: 3,
            maxReplicas: 5,
            images: ['grafana/loki:3.6.0'],
            cpuMillis: 1500,
            memoryBytes: 4 * 1024 ** 3,
            volumeBytes: 30 * 1024 ** 3,
          },
        ],
        endpoints: [
          {
            id: `${store}/http`,
            party: store,
            protocol: 'loki-http',
            url: `http://${store}.hyperion-store.svc:3100`,
            port: 3100,
            signals: ['logs', 'queries'],
            access: 'cluster',
            auth: 'none',
            tls: false,
          },
        ],
        connections: [connection],
        configs: [
          {
            configMap: `${store}-config`,
            file: 'loki.yaml',
            mountedAt: ['/etc/loki/loki.yaml'],
            text: `# Kept for a month\nlimits_config:\n  retention_period: 168h\n  name: "${store}"\n`,
          },
          { configMap: `${store}-config`, file: 'overrides.yaml', mountedAt: [], text: 'overrides: {}\n' },
        ],
        objects: [object],
        networkPolicies: [policy],
        policies: [
          {
            rule: 'pods-run-as-non-root',
            asks: 'no container runs as root',
            judged: 2,
            broken: 0,
            excepted: 1,
          },
        ],
        derivations: [{ what: 'volume', value: '10 GiB', from: '12 MiB/s × 15 min' }],
        alerts: [`LokiDown of ${store}`],
      },
    ],
    externals: [{ name: 'shop', description: 'The shop', host: 'shop.example.com', reach: '203.0.113.0/24' }],
    connections: [
      {
        id: connection,
        from: 'otel-logs',
        fromComponent: 'otel-logs',
        to: `${store}/http`,
        toComponent: store,
        signals: ['logs'],
        protocol: 'loki-http',
        port: 3100,
        auth: 'bearer (loki-token)',
        tls: false,
        delivery: 'disk queue of 3 × 10 GiB, pushes back what does not fit',
        purpose: 'logs to keep',
        load: { itemsPerSecond: 40_000, bytesPerSecond: 12 * 1024 ** 2 },
        guarantee: { survivesSeconds: 1200, wantedSeconds: 1800, arithmetic: ['30 GiB / 24 MiB/s = 20 min'] },
        networkPolicies: [`${policy}: ingress`],
      },
    ],
    images: [
      {
        image: 'grafana/loki:3.6.0',
        program: store,
        version: '3.6.0',
        license: 'AGPL-3.0',
        usedBy: [store],
        state: 'ended, waived',
        endOfLife: '2026-06-30',
        successor: 'Loki 3.7',
        waiver: { reason: 'tested in August', owner: 'logs team', expires: '2026-09-30' },
      },
    ],
    secrets: [
      {
        name: 'loki-token',
        store: 'Key Vault',
        readers: [{ component: store, secret: `${store}-secrets`, key: 'token' }],
        acceptedBy: [`${store}/http`],
      },
    ],
    access: [
      {
        principal: `hyperion-store/${store}`,
        component: store,
        scope: 'hyperion-store',
        resources: 'pods',
        verbs: ['get', 'list'],
        through: `Role ${store}`,
      },
    ],
    exceptions: [
      {
        kind: 'policy',
        rule: 'pods-run-as-non-root',
        subject: object,
        reason: 'its image starts as root',
        owner: 'logs team',
        expires: '2026-09-30',
      },
    ],
    findings: [
      {
        source: 'policies',
        path: object,
        property: 'spec.replicas',
        value: '3',
        rule: 'replicas fit the zones',
        remedy: 'say 4',
      },
    ],
    alerts: [
      {
        id: `LokiDown of ${store}`,
        alert: 'LokiDown',
        group: 'loki',
        component: store,
        components: [store],
        severity: 'critical',
        about: 'down',
        teams: ['platform'],
        expr: `up{job="${store}"} == 0`,
        forSeconds: 300,
        summary: `${store} does not answer`,
        description: 'Nobody can read logs.',
        runbook: 'https://runbooks.example.com/loki-down.md',
        evaluatedBy: 'vmalert',
      },
    ],
    dashboards: [
      {
        uid: 'arriving',
        title: 'Is telemetry arriving?',
        description: 'By signal',
        panels: ['Lines per second', `Of ${store}`],
        component: 'grafana',
      },
    ],
    objects: [
      { id: object, component: store, wave: 2, yaml: `kind: StatefulSet\nmetadata:\n  name: ${store}\n` },
      { id: `NetworkPolicy ${policy}`, component: store, wave: 1, yaml: 'kind: NetworkPolicy\n' },
    ],
    totals: {
      pods: 3,
      cpuMillis: 4500,
      memoryBytes: 12 * 1024 ** 3,
      volumeBytes: 30 * 1024 ** 3,
      objects: 2,
    },
    changes: changesFixture(store, connection, object),
  };
}

function changesFixture(store: string, connection: string, object: string): Changes {
  return {
    kind: 'against',
    base: 'git:main',
    effect: 'data at risk',
    headlines: [
      {
        topic: 'data',
        text: `${store} keeps logs for 168 h instead of 744 h`,
        effect: 'data at risk',
        link: `#/changes/${encodeURIComponent(object)}`,
      },
    ],
    objects: [
      {
        id: object,
        component: store,
        change: 'changed',
        effect: 'data at risk',
        why: 'what is older is deleted',
        fields: [
          {
            path: 'limits_config.retention_period',
            before: '744h',
            after: '168h',
            effect: 'data at risk',
            why: 'what is older is deleted',
          },
        ],
        textDiff: '@@ -1,2 +1,2 @@\n limits_config:\n-  retention_period: 744h\n+  retention_period: 168h\n',
      },
    ],
    components: [{ name: store, change: 'changed' }],
    connections: [
      {
        id: connection,
        change: 'changed',
        fields: [{ what: 'load', before: '6 MiB/s', after: '12 MiB/s' }],
      },
    ],
    amounts: [
      { component: store, what: 'volumes', before: 60 * 1024 ** 3, after: 30 * 1024 ** 3 },
      { component: 'total', what: 'volumes', before: 60 * 1024 ** 3, after: 30 * 1024 ** 3 },
    ],
    guarantees: [
      {
        connection,
        beforeSeconds: 2400,
        afterSeconds: 1200,
        wantedSeconds: 1800,
        arithmetic: ['30 GiB / 24 MiB/s = 20 min'],
      },
    ],
  };
}
