/**
 * The contract between a platform and the cloud under it. `CloudDemand` is what an environment's platform asks for, derived
 * from its flow graph (`stacks/pulumi/demand.ts`); `Cloud` is what a cloud hands over, filled alike by Azure, AWS and a cluster
 * that exists already. Both are data: nothing here knows a construct.
 */
import type { Input, Output, Resource } from '@pulumi/pulumi';
import type { AwsAddresses, AzureAddresses } from './address-plan';

/** Where an environment stands: which cloud, and which addresses its network has there. Part of the environment's values. */
export type Site =
  | { readonly kind: 'azure'; readonly addresses: AzureAddresses }
  | { readonly kind: 'aws'; readonly addresses: AwsAddresses; readonly role: HubRole | SpokeRole }
  /** A cluster that is there already, and everything around it. */
  | { readonly kind: 'existing' };

/** The cluster to which all others send. */
export interface HubRole {
  readonly kind: 'hub';
  /** Private DNS zone of the hub's names, e.g. `infra.service`. */
  readonly zone: string;
  readonly spokes: readonly SpokeNeighbour[];
}

/** A cluster that sends to the hub. */
export interface SpokeRole {
  readonly kind: 'spoke';
  readonly zone: string;
  readonly hub: NetworkNeighbour;
  /** Name in both clusters' secret stores of the token that it presents to the hub. */
  readonly tokenSecret: string;
}

export interface NetworkNeighbour {
  /** Its environment, which is its stack, e.g. `hub-dev`. */
  readonly environment: string;
  readonly block: string;
}

export interface SpokeNeighbour extends NetworkNeighbour {
  /** Name in both clusters' secret stores of the token that it presents to the hub. */
  readonly tokenSecret: string;
}

export interface CloudDemand {
  /** Name of the environment, which is the stack's, e.g. `hyperion-prod`. */
  readonly environment: string;
  readonly system: string;
  readonly tier: 'dev' | 'prod';
  /** Availability zones of the nodes. */
  readonly zones: number;
  /** Names of the values that manifests wait for: their `${cloud:name}` placeholders. */
  readonly references: readonly string[];
  /** Object stores, one for each purpose. */
  readonly objectStores: readonly ObjectStoreDemand[];
  /** Grafana's managed PostgreSQL. @default none: it runs in the cluster, or there is none */
  readonly database?: DatabaseDemand;
  /** Where `ExternalSecret`s look: the kind of place, and the name of their `ClusterSecretStore`. */
  readonly secretStore: {
    readonly kind: SecretStoreAccess['kind'] | 'onepassword';
    readonly name: string;
  };
  /** Secrets that `ExternalSecret`s read, by name; sorted. */
  readonly secrets: readonly SecretDemand[];
  /** Classes that claims name. */
  readonly storageClasses: readonly string[];
  /** Host names that the platform answers to, and the entrance that leads to each. */
  readonly hosts: readonly HostDemand[];
  /** Who may come in from outside the cluster. */
  readonly inbound: readonly InboundFlow[];
  /** Where pods go outside the cluster. */
  readonly outbound: readonly OutboundFlow[];
  /** Hosts of the registries from which nodes fetch images, e.g. `quay.io`; sorted. */
  readonly imageRegistries: readonly string[];
  /**
   * Whether pods dial nodes by the nodes' own addresses, as scrapers of node agents do: NetworkPolicies name those by `ipBlock`.
   */
  readonly dialsNodes: boolean;
  /** Sum of what all pods request. */
  readonly requests: { readonly cpuMillis: number; readonly memoryMebibytes: number };
}

export interface ObjectStoreDemand {
  /** E.g. `logs`, `metrics-backup`; lower-case words joined by hyphens. */
  readonly purpose: string;
  /** Who reads and writes it, and nobody else. */
  readonly users: readonly ServiceAccount[];
}

export interface ServiceAccount {
  readonly namespace: string;
  readonly name: string;
}

export interface DatabaseDemand {
  readonly name: string;
  readonly user: string;
  /** Name in the secret store of that user's password. */
  readonly passwordSecret: string;
}

export interface SecretDemand {
  readonly name: string;
  /**
   * `generated`: nobody but programs ever needs to know it, so that the stack makes a random one. `given`: it comes from
   * somebody else (a chat's webhook, an identity provider's client secret) or from a person, and the stack only keeps a place.
   * `certificate-authority`: a public certificate that the cloud itself knows.
   */
  readonly made: 'generated' | 'given' | 'certificate-authority';
}

export interface HostDemand {
  readonly host: string;
  /** Its Ingress, or Service, whose load balancer answers: what a DNS record points to. */
  readonly entrance: string;
  /** What is asked to know whether it works, e.g. `/api/health`. */
  readonly healthPath?: string;
}

/** From these networks to this port. TCP. */
export interface InboundFlow {
  readonly purpose: string;
  readonly from: readonly string[];
  /** Address or subnets at which the cloud listens for the cluster, CIDR blocks. */
  readonly to: readonly string[];
  readonly port: number;
}

export interface OutboundFlow {
  readonly purpose: string;
  /** CIDR blocks; `0.0.0.0/0` for the internet. */
  readonly to: readonly string[];
  /** DNS name, where pods dial one. @default they dial addresses */
  readonly host?: string;
  readonly port: number;
}

/** What a cloud hands over to a platform. Everything that is known after deployment only is an `Input`. */
export interface Cloud {
  readonly kind: 'azure' | 'aws' | 'existing';
  /** How the Kubernetes provider reaches the cluster. */
  readonly kubernetes: KubernetesAccess;
  /** What must be there before the first object of the platform: node pools, role assignments, network rules. */
  readonly readyAfter: readonly Resource[];
  /** By purpose. */
  readonly objectStores: Readonly<Record<string, ObjectStore>>;
  readonly database?: Database;
  /** Certificate of the cloud's own load balancer, and the security group in front of it. @default none: ingress is the cluster's */
  readonly loadBalancer?: { readonly certificateArn: Input<string>; readonly securityGroupId: Input<string> };
  /** Where secrets are kept, and how External Secrets may read them. @default the cluster has its ClusterSecretStore already */
  readonly secretStore?: SecretStoreAccess;
  /** Classes that the stack has to make, beside those that the cluster brings. */
  readonly storageClasses: readonly StorageClassSpec[];
  /** Who each operator in the cluster acts as, by operator; what it needs of the cloud. */
  readonly operators: Readonly<Record<string, OperatorIdentity>>;
  /** Public zone in which the platform's operators may prove that its names are ours. @default none */
  readonly dnsZone?: AzureDnsZone;
  /** Values that are none of the above, by name of their reference. @default none: only `existing` has some, given in its settings */
  readonly givenReferences?: Readonly<Record<string, Input<string>>>;
  /**
   * Points the platform's host names to its load balancers, once those have addresses.
   * @param addresses host name or address of the load balancer, by host
   */
  readonly publishHosts?: (addresses: Readonly<Record<string, Output<string>>>) => void;
  /** Exported by the stack, for people and other stacks. No secret that is not marked as one. */
  readonly outputs: Readonly<Record<string, Input<unknown>>>;
}

export interface KubernetesAccess {
  /** A kubeconfig whose user is an exec plug-in: no credential in it. @default the machine's own */
  readonly kubeconfig?: Output<string>;
  /** @default the kubeconfig's current one */
  readonly context?: string;
}

export type ObjectStore =
  | { readonly kind: 'azure-blob'; readonly account: Input<string>; readonly clientId: Input<string> }
  | { readonly kind: 's3'; readonly bucket: Input<string> };

export interface Database {
  readonly host: Input<string>;
}

export type SecretStoreAccess =
  | { readonly kind: 'azure-key-vault'; readonly name: string; readonly vaultUrl: Input<string> }
  | { readonly kind: 'aws-secrets-manager'; readonly name: string; readonly region: string };

export interface StorageClassSpec {
  readonly name: string;
  readonly provisioner: string;
  readonly parameters: Readonly<Record<string, Input<string>>>;
}

export interface AzureDnsZone {
  readonly name: string;
  readonly resourceGroup: Input<string>;
  readonly subscriptionId: string;
}

export type OperatorIdentity =
  | { readonly kind: 'azure'; readonly clientId: Input<string>; readonly tenantId: Input<string> }
  /** EKS Pod Identity: the association is made beside the role, the service account needs no annotation. */
  | {
      readonly kind: 'pod-identity';
      /** Values of its chart that only the cloud knows, e.g. `clusterName`. @default none */
      readonly values?: Readonly<Record<string, Input<string> | Input<boolean>>>;
    };

/** The reference names that these parts of a cloud answer: what a check compares with a demand before any resource is made. */
export interface HandedOver {
  /** Purposes. */
  readonly objectStores: readonly { readonly purpose: string; readonly kind: ObjectStore['kind'] }[];
  readonly hasDatabase: boolean;
  readonly hasLoadBalancer: boolean;
  /** Names given one by one. */
  readonly given: readonly string[];
}
