/**
 * Specs of Strimzi's custom resources, pure: what `kafka-strimzi.ts` puts into the cluster.
 * Source: the definitions of Strimzi 1.x (`kafka.strimzi.io/v1`); its own definitions judge the result in the tests.
 */
import { CATALOG } from '../core/catalog';
import type { CertificateSecret } from '../core/certificate';
import type { Resources } from '../core/container-spec';
import { internalLoadBalancer } from '../core/internal-load-balancer';
import { quantity } from '../core/quantity';
import {
  directoryProvider,
  serverJaas,
  usedListeners,
  type AclRule,
  type ClientListener,
} from './kafka-access';
import type { KafkaUser } from './kafka-buffer';
import type { KafkaClusterProps, ResolvedKafka } from './kafka-cluster';
import { CLIENT_LISTENERS, durabilityProperties } from './kafka-config';
import { externalHost } from './kafka-external';
import { heapMebibytes, KAFKA_SIZING } from './kafka-sizing';

/** Strimzi mounts additional volumes below `/mnt` alone. */
const PASSWORDS_DIR = '/mnt/passwords';
/** Two Java programs with a few hundred resources to watch; Strimzi's documentation uses the same order. */
const ENTITY_OPERATOR_RESOURCES = {
  requests: { cpu: '100m', memory: '384Mi' },
  limits: { cpu: '500m', memory: '384Mi' },
};
/** Strimzi takes letters and digits alone, at most eleven. */
const LISTENER_NAMES = {
  clients: 'clients',
  plainClients: 'plain',
  external: 'external',
} as const satisfies Record<ClientListener, string>;
/** What Pod Security "restricted" asks of a pod and of each container. */
const POD_SECURITY = { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } };
const CONTAINER_SECURITY = {
  allowPrivilegeEscalation: false,
  capabilities: { drop: ['ALL'] },
  runAsNonRoot: true,
  seccompProfile: { type: 'RuntimeDefault' },
};

export interface BrokerPoolProps {
  readonly brokers: number;
  readonly volume: KafkaClusterProps['volume'];
  readonly resources: Resources;
  readonly passwordsSecret: string;
  readonly zones: number;
  /** Labels that Strimzi puts on the brokers. */
  readonly labels: Readonly<Record<string, string>>;
}

export function renderBrokerPool(props: BrokerPoolProps): object {
  const { resources, volume } = props;
  const heap = `${heapMebibytes(resources)}m`;
  const memory = quantity(resources.memory);
  return {
    replicas: props.brokers,
    roles: ['controller', 'broker'],
    storage: {
      type: 'persistent-claim',
      size: quantity(volume.size),
      class: volume.storageClass,
      // A deleted cluster must never take acknowledged data with it.
      deleteClaim: false,
    },
    resources: {
      requests: { cpu: `${resources.cpuMillis}m`, memory },
      limits: { cpu: `${resources.cpuLimitMillis ?? resources.cpuMillis * 2}m`, memory },
    },
    jvmOptions: { '-Xms': heap, '-Xmx': heap },
    template: {
      pod: {
        enableServiceLinks: false,
        terminationGracePeriodSeconds: KAFKA_SIZING.drainSeconds,
        securityContext: POD_SECURITY,
        topologySpreadConstraints: ['topology.kubernetes.io/zone', 'kubernetes.io/hostname'].map(
          (topologyKey) => ({
            maxSkew: 1,
            topologyKey,
            whenUnsatisfiable: props.zones > 1 ? 'DoNotSchedule' : 'ScheduleAnyway',
            labelSelector: { matchLabels: { ...props.labels } },
          }),
        ),
        volumes: [{ name: 'passwords', secret: { secretName: props.passwordsSecret } }],
      },
      kafkaContainer: {
        securityContext: CONTAINER_SECURITY,
        volumeMounts: [{ name: 'passwords', mountPath: PASSWORDS_DIR, readOnly: true }],
      },
    },
  };
}

export function renderStrimziKafka(
  name: string,
  resolved: ResolvedKafka,
  certificate: CertificateSecret,
): object {
  const { cluster, access, builtIn } = resolved;
  return {
    kafka: {
      version: CATALOG.kafka.version,
      listeners: usedListeners(access).map((listener) => ({
        name: LISTENER_NAMES[listener],
        port: CLIENT_LISTENERS[listener].port,
        type: listener === 'external' ? 'loadbalancer' : 'internal',
        tls: CLIENT_LISTENERS[listener].tls,
        authentication: passwordLogin(access.users[listener]),
        ...(CLIENT_LISTENERS[listener].tls
          ? {
              configuration: {
                brokerCertChainAndKey: {
                  secretName: certificate.secretName,
                  certificate: 'tls.crt',
                  key: 'tls.key',
                },
                ...(listener === 'external' ? loadBalancers(name, resolved) : {}),
              },
            }
          : {}),
      })),
      authorization: { type: 'simple', superUsers: [builtIn.admin.name] },
      config: {
        ...durabilityProperties(cluster),
        'config.providers': 'directory',
        ...directoryProvider(PASSWORDS_DIR),
      },
    },
    entityOperator: {
      topicOperator: { resources: ENTITY_OPERATOR_RESOURCES },
      userOperator: { resources: ENTITY_OPERATOR_RESOURCES },
      template: {
        pod: { enableServiceLinks: false, securityContext: POD_SECURITY },
        topicOperatorContainer: { securityContext: CONTAINER_SECURITY },
        userOperatorContainer: { securityContext: CONTAINER_SECURITY },
      },
    },
  };
}

/** One for each broker; readers first come by a name that leads to all of them, so none for the bootstrap. */
function loadBalancers(name: string, { external }: ResolvedKafka): object {
  return {
    // Only `Local` keeps the client's address, by which the NetworkPolicies know the consumers.
    externalTrafficPolicy: 'Local',
    createBootstrapService: false,
    brokers: (external?.addresses ?? []).map((address, broker) => ({
      broker,
      ...(external === undefined ? {} : { advertisedHost: externalHost(name, broker, external) }),
      annotations: internalLoadBalancer(address),
    })),
  };
}

/** Strimzi's own user types know no SASL PLAIN, which is the one mechanism that every client here speaks. */
function passwordLogin(users: readonly KafkaUser[]): object {
  return {
    type: 'custom',
    sasl: true,
    listenerConfig: {
      'sasl.enabled.mechanisms': 'PLAIN',
      'plain.sasl.jaas.config': serverJaas(users, PASSWORDS_DIR),
    },
  };
}

/** Without `authentication`: the password is the listener's business, Strimzi keeps only the rules. */
export function renderStrimziUser(rules: readonly AclRule[]): object {
  return {
    authorization: {
      type: 'simple',
      acls: rules.map(({ resource, name, pattern, operation }) => ({
        resource: {
          type: resource.toLowerCase(),
          name,
          patternType: pattern === 'LITERAL' ? 'literal' : 'prefix',
        },
        operations: [`${operation.slice(0, 1)}${operation.slice(1).toLowerCase()}`],
      })),
    },
  };
}
