/**
 * The cluster's operators that keep certificates and secrets: scraped beside the platform's own workloads, because nobody
 * else tells of a certificate that was not renewed. They are their makers' charts, and parties outside of the graph.
 */
import { External } from '../core/party';
import type { Platform } from '../core/platform';

export type WatchedOperator = 'cert-manager' | 'external-secrets';

interface OperatorPods {
  readonly description: string;
  readonly namespace: string;
  /** Of the one Deployment with the metrics; the chart has others, for webhooks. */
  readonly labels: Readonly<Record<string, string>>;
  /** The container's port, by number and name. */
  readonly port: number;
  readonly portName: string;
}

/** As the charts' templates `deployment.yaml` have it: cert-manager 1.21, External Secrets 2.9. The same names in `stacks/pulumi/operators.ts`. */
const OPERATORS: Readonly<Record<WatchedOperator, OperatorPods>> = {
  'cert-manager': {
    description: 'cert-manager, which issues and renews certificates',
    namespace: 'cert-manager',
    labels: { 'app.kubernetes.io/name': 'cert-manager', 'app.kubernetes.io/component': 'controller' },
    port: 9402,
    portName: 'http-metrics',
  },
  'external-secrets': {
    description: 'The External Secrets Operator, which fetches secrets from their store',
    namespace: 'external-secrets',
    labels: { 'app.kubernetes.io/name': 'external-secrets' },
    port: 8080,
    portName: 'metrics',
  },
};

/** Where they run: a scraper has to be allowed to find pods there. */
export function namespacesOf(operators: readonly WatchedOperator[]): readonly string[] {
  return operators.map((operator) => OPERATORS[operator].namespace);
}

/** Puts them into the graph, from where scrape jobs, connections and alerts follow. */
export function addOperatorTargets(platform: Platform, operators: readonly WatchedOperator[]): void {
  for (const operator of operators) {
    const { description, namespace, labels, port, portName } = OPERATORS[operator];
    new External(platform, operator, { description, pods: { namespace, labels } }).listen({
      name: portName,
      port,
      protocol: 'prometheus-scrape',
      signals: ['metrics'],
      access: 'read',
      path: '/metrics',
      // Each certificate and each secret by its own `namespace` and `name`.
      scrape: { aboutOthers: true },
    });
  }
}
