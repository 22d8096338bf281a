/**
 * An object store in the cluster's own Ceph, made by Rook: `CephObjectStore` with copies on several hosts, and a bucket for
 * each `ObjectBucketClaim`, with keys of its own. Rook's operator and the `CephCluster` are the storage team's.
 * Source: Rook 1.18, "Object Storage Overview" and `CephObjectStore CRD`.
 */
import { Size } from 'cdk8s';
import * as kplus from 'cdk8s-plus-28';
import { clusterScoped } from '../core/cluster-scoped';
import { Component, type ComponentProps } from '../core/component';
import { AuthScheme } from '../core/credential';
import type { Endpoint } from '../core/endpoint';
import {
  CephObjectStore,
  CephObjectStoreSpecDataPoolCompressionMode as DataCompression,
  CephObjectStoreSpecGatewayResourcesLimits as Limit,
  CephObjectStoreSpecGatewayResourcesRequests as Request,
} from '../core/imports/ceph.rook.io';
import { ObjectBucketClaim } from '../core/imports/objectbucket.io';
import type { S3Bucket } from '../core/object-store';
import { External } from '../core/party';
import type { Platform } from '../core/platform';
import { humanBytes } from '../core/quantity';

export interface RookObjectStoreProps extends ComponentProps {
  /** Name of the `CephObjectStore`, by which its Service is called `rook-ceph-rgw-<name>`. */
  readonly store: string;
  /** Where the `CephCluster` is, and so the gateway's pods. */
  readonly cephNamespace: string;
  /** Where Rook's operator runs: the name of its provisioner begins with it. */
  readonly operatorNamespace: string;
  /** The disks of the cluster. */
  readonly disks: { readonly count: number; readonly bytesEach: number };
  /** Hosts with disks. */
  readonly hosts: number;
  /** Buckets to be made; their claims, and the Secrets with the keys, stand in the component's namespace. */
  readonly buckets: readonly string[];
  /** What will lie in it at the declared workload, each object counted once. */
  readonly holds: { readonly bytes: number; readonly because: string };
  /** Copies of each object, each on a host of its own. @default 3 */
  readonly copies?: number;
  /** Pods of the gateway. @default 2 */
  readonly gateways?: number;
}

const DEFAULTS = {
  // Two may be lost, or one while another is being replaced.
  copies: 3,
  gateways: 2,
} satisfies Partial<RookObjectStoreProps>;

/**
 * The pods of Rook's gateway listen here whatever the Service's port is, and NetworkPolicies know pods: with the same
 * number on the Service, an endpoint has one.
 */
const RGW_PORT = 8080;
/** Ceph warns when a disk is fuller (`mon_osd_nearfull_ratio`), and takes no more writes at 95 %. */
const NEARLY_FULL = 0.85;
const GATEWAY_RESOURCES = { cpu: '500m', memory: Size.gibibytes(1) } as const;
const STORAGE_CLASS_SUFFIX = 'bucket-retain';

export class RookObjectStore extends Component {
  private readonly s3: Endpoint<'objects', 's3'>;
  private readonly buckets: readonly string[];

  public constructor(scope: Platform, id: string, props: RookObjectStoreProps) {
    super(scope, id, props, { layer: 'store', summary: 'Object store in Ceph (RGW, run by Rook)' });
    const { store, cephNamespace, buckets } = props;
    const copies = props.copies ?? DEFAULTS.copies;
    this.buckets = buckets;
    this.checkCopies(copies, props.hosts);
    this.checkRoom(copies, props);
    this.addStore(props, copies);
    const storageClass = this.addStorageClass(props);
    for (const bucket of buckets) {
      new ObjectBucketClaim(this, `claim-${bucket}`, {
        metadata: { name: bucket },
        // A name of ours and no generated one: Loki's configuration names it.
        spec: { bucketName: bucket, storageClassName: storageClass },
      });
    }
    const gateway = `rook-ceph-rgw-${store}`;
    this.s3 = new External(scope, gateway, {
      description: "Ceph's S3 gateway, whose pods Rook makes beside the cluster's other ones",
      host: `${gateway}.${cephNamespace}.svc.${scope.clusterDomain}`,
      pods: { namespace: cephNamespace, labels: { app: 'rook-ceph-rgw', rook_object_store: store } },
    }).listen({
      name: 'http',
      port: RGW_PORT,
      protocol: 's3',
      signals: ['objects'],
      access: 'write',
      auth: AuthScheme.accessKey(),
    });
  }

  /** One of the claimed buckets, with the keys that Rook puts into a Secret of the claim's name. */
  public bucket(name: string): S3Bucket {
    if (!this.buckets.includes(name)) {
      this.problem({
        property: 'buckets',
        value: this.buckets,
        rule: `somebody uses the bucket ${name}, which is not claimed`,
        remedy: `add ${JSON.stringify(name)}`,
      });
    }
    return {
      kind: 's3',
      endpoint: this.s3,
      bucket: name,
      // Any will do: there is one.
      region: 'us-east-1',
      pathStyle: true,
      access: {
        kind: 'keys',
        accessKeyId: { secretName: name, key: 'AWS_ACCESS_KEY_ID' },
        secretAccessKey: { secretName: name, key: 'AWS_SECRET_ACCESS_KEY' },
      },
    };
  }

  private addStore({ store, cephNamespace, gateways }: RookObjectStoreProps, copies: number): void {
    const pool = {
      failureDomain: 'host',
      // A pool that could keep no second copy takes no writes.
      replicated: { size: copies, requireSafeReplicaSize: true },
    };
    const { cpu, memory } = GATEWAY_RESOURCES;
    const bytes = `${memory.toMebibytes()}Mi`;
    new CephObjectStore(this, 'store', {
      metadata: { name: store, namespace: cephNamespace },
      spec: {
        metadataPool: pool,
        // Whatever becomes smaller by it: Loki’s chunks come compressed, its index and rules do not. (`passive` waits for a
        // hint that the gateway never gives.)
        dataPool: { ...pool, compressionMode: DataCompression.AGGRESSIVE },
        // What is deleted by mistake is the description, not the logs.
        preservePoolsOnDelete: true,
        gateway: {
          port: RGW_PORT,
          instances: gateways ?? DEFAULTS.gateways,
          resources: {
            requests: { cpu: Request.fromString(cpu), memory: Request.fromString(bytes) },
            limits: { cpu: Limit.fromString('1'), memory: Limit.fromString(bytes) },
          },
        },
      },
    });
  }

  /** @returns its name: classes belong to the cluster, so it bears the store's */
  private addStorageClass({ store, cephNamespace, operatorNamespace }: RookObjectStoreProps): string {
    const name = `${store}-${STORAGE_CLASS_SUFFIX}`;
    clusterScoped(
      new kplus.k8s.KubeStorageClass(this, 'storage-class', {
        metadata: { name },
        provisioner: `${operatorNamespace}.ceph.rook.io/bucket`,
        // A claim that is deleted leaves its bucket, and what is in it.
        reclaimPolicy: 'Retain',
        parameters: { objectStoreName: store, objectStoreNamespace: cephNamespace },
      }),
    );
    return name;
  }

  private checkCopies(copies: number, hosts: number): void {
    if (Number.isInteger(copies) && copies >= 2 && copies <= hosts) return;
    this.problem({
      property: 'copies',
      value: copies,
      rule: `there are at least two copies of an object, each on a host of its own, and there are ${hosts} hosts`,
      remedy: hosts < 2 ? 'add hosts' : `choose a whole number from 2 to ${hosts}`,
    });
  }

  private checkRoom(copies: number, { disks, holds }: RookObjectStoreProps): void {
    const raw = disks.count * disks.bytesEach;
    const usable = raw / copies;
    const because = `${disks.count} disks × ${humanBytes(disks.bytesEach)} ÷ ${copies} copies`;
    this.derived('raw bytes', raw, `${disks.count} disks × ${disks.bytesEach} B`);
    this.derived('usable bytes', usable, because);
    this.derived('bytes in use', Math.round(holds.bytes), holds.because);
    if (holds.bytes <= usable * NEARLY_FULL) return;
    this.problem({
      property: 'holds',
      value: humanBytes(holds.bytes),
      rule: `it fits into ${because} = ${humanBytes(usable)}, of which Ceph wants ${Math.round((1 - NEARLY_FULL) * 100)} % free: ${holds.because}`,
      remedy: 'keep it for a shorter time, or add disks',
    });
  }
}
