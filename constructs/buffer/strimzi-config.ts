/**
 * Specs of Strimzi's custom resources, pure: what `kafka-strimzi.ts` puts into the cluster.
 * Source: the definitions of Strimzi 1.x (`kafka.strimzi.io/v1`), from which its types are made; the definitions
 * themselves judge the result in the tests.
 */
import { CATALOG } from '../core/catalog';
import type { CertificateSecret } from '../core/certificate';
import { limitsOf, type Resources } from '../core/container-spec';
import {
  KafkaNodePoolSpecResourcesLimits as BrokerLimit,
  KafkaNodePoolSpecResourcesRequests as BrokerRequest,
  KafkaNodePoolSpecRoles as Role,
  KafkaNodePoolSpecStorageType as StorageType,
  KafkaSpecEntityOperatorTopicOperatorResourcesLimits as OperatorLimit,
  KafkaSpecEntityOperatorTopicOperatorResourcesRequests as OperatorRequest,
  KafkaSpecKafkaAuthorizationType as AuthorizationType,
  KafkaSpecKafkaListenersAuthenticationType as AuthenticationType,
  KafkaSpecKafkaListenersConfigurationExternalTrafficPolicy as TrafficPolicy,
  KafkaSpecKafkaListenersType as ListenerType,
  KafkaUserSpecAuthorizationAclsOperations as Operation,
  KafkaUserSpecAuthorizationAclsResourcePatternType as PatternType,
  KafkaUserSpecAuthorizationAclsResourceType as ResourceType,
  KafkaUserSpecAuthorizationType as UserAuthorizationType,
  type KafkaNodePoolSpec,
  type KafkaSpec,
  type KafkaSpecKafkaListeners,
  type KafkaSpecKafkaListenersAuthentication,
  type KafkaSpecKafkaListenersConfiguration,
  type KafkaUserSpec,
} from '../core/imports/kafka.strimzi.io';
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
import { shareGroupProperties } from './kraft-config';

/** Strimzi mounts additional volumes below `/mnt` alone. */
const PASSWORDS_DIR = '/mnt/passwords';
/** Two Java programs with a few hundred resources to watch; Strimzi's documentation uses the same order. */
const ENTITY_OPERATOR_RESOURCES = {
  requests: { cpu: OperatorRequest.fromString('100m'), memory: OperatorRequest.fromString('384Mi') },
  limits: { cpu: OperatorLimit.fromString('500m'), memory: OperatorLimit.fromString('384Mi') },
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

export function renderBrokerPool(props: BrokerPoolProps): KafkaNodePoolSpec {
  const { resources, volume } = props;
  const heap = `${heapMebibytes(resources)}m`;
  const memory = quantity(resources.memory);
  return {
    replicas: props.brokers,
    roles: [Role.CONTROLLER, Role.BROKER],
    storage: {
      type: StorageType.PERSISTENT_HYPHEN_CLAIM,
      size: quantity(volume.size),
      class: volume.storageClass,
      // A deleted cluster must never take acknowledged data with it.
      deleteClaim: false,
    },
    resources: {
      requests: {
        cpu: BrokerRequest.fromString(`${resources.cpuMillis}m`),
        memory: BrokerRequest.fromString(memory),
      },
      limits: {
        cpu: BrokerLimit.fromString(`${limitsOf(resources).cpuMillis}m`),
        memory: BrokerLimit.fromString(memory),
      },
    },
    jvmOptions: { xms: heap, xmx: heap },
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
): KafkaSpec {
  const { cluster, access, builtIn } = resolved;
  return {
    kafka: {
      version: CATALOG.kafka.version,
      listeners: usedListeners(access).map((listener) =>
        renderListener(listener, name, resolved, certificate),
      ),
      authorization: { type: AuthorizationType.SIMPLE, superUsers: [builtIn.admin.name] },
      config: {
        ...durabilityProperties(cluster),
        ...shareGroupProperties(cluster),
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

function renderListener(
  listener: ClientListener,
  kafka: string,
  resolved: ResolvedKafka,
  { secretName }: CertificateSecret,
): KafkaSpecKafkaListeners {
  const { port, tls } = CLIENT_LISTENERS[listener];
  const brokerCertChainAndKey = { secretName, certificate: 'tls.crt', key: 'tls.key' };
  return {
    name: LISTENER_NAMES[listener],
    port,
    type: listener === 'external' ? ListenerType.LOADBALANCER : ListenerType.INTERNAL,
    tls,
    authentication: passwordLogin(resolved.access.users[listener]),
    ...(tls
      ? {
          configuration: {
            brokerCertChainAndKey,
            ...(listener === 'external' ? loadBalancers(kafka, resolved) : {}),
          },
        }
      : {}),
  };
}

/** One for each broker; readers first come by a name that leads to all of them, so none for the bootstrap. */
function loadBalancers(kafka: string, { external }: ResolvedKafka): KafkaSpecKafkaListenersConfiguration {
  return {
    // Only `Local` keeps the client's address, by which the NetworkPolicies know the consumers.
    externalTrafficPolicy: TrafficPolicy.LOCAL,
    createBootstrapService: false,
    brokers: (external?.addresses ?? []).map((address, broker) => ({
      broker,
      ...(external === undefined ? {} : { advertisedHost: externalHost(kafka, broker, external) }),
      annotations: internalLoadBalancer(address),
    })),
  };
}

/** Strimzi's own user types know no SASL PLAIN, which is the one mechanism that every client here speaks. */
function passwordLogin(users: readonly KafkaUser[]): KafkaSpecKafkaListenersAuthentication {
  return {
    type: AuthenticationType.CUSTOM,
    sasl: true,
    listenerConfig: {
      'sasl.enabled.mechanisms': 'PLAIN',
      'plain.sasl.jaas.config': serverJaas(users, PASSWORDS_DIR),
    },
  };
}

/** Without `authentication`: the password is the listener's business, Strimzi keeps only the rules. */
export function renderStrimziUser(rules: readonly AclRule[]): KafkaUserSpec {
  return {
    authorization: {
      type: UserAuthorizationType.SIMPLE,
      acls: rules.map(({ resource, name, pattern, operation }) => ({
        resource: {
          type: ResourceType[resource],
          name,
          patternType: pattern === 'LITERAL' ? PatternType.LITERAL : PatternType.PREFIX,
        },
        operations: [Operation[operation]],
      })),
    },
  };
}
