/**
 * Stands in for the cloud's disks: a claim whose pod was given a node gets a volume in that node's zone, as zonal disks
 * are. What it makes cannot leave the zone, so a drained pod has to find another node there.
 */
import type { Manifest } from '../../../policies/manifest';
import { fieldsAt, textAt, listAt } from '../../../stacks/manifest-data';
import type { ApiClient, WatchEvent } from './api-client';
import type { Stream } from './api-transport';
import { ZONE } from './topology';

const SELECTED_NODE = 'volume.kubernetes.io/selected-node';
/** A driver of this name is nowhere; the classes only have to be the same as the volumes say. */
const PROVISIONER = 'test.hyperion.example.com';

export function storageClass(name: string): Manifest {
  return {
    apiVersion: 'storage.k8s.io/v1',
    kind: 'StorageClass',
    metadata: { name },
    provisioner: PROVISIONER,
    volumeBindingMode: 'WaitForFirstConsumer',
  };
}

export class VolumeProvisioner {
  private readonly made = new Set<string>();
  private readonly failures: Error[] = [];
  private stream: Stream | undefined;

  private constructor(private readonly api: ApiClient) {}

  public static async start(api: ApiClient): Promise<VolumeProvisioner> {
    const provisioner = new VolumeProvisioner(api);
    provisioner.stream = await api.watch(
      'v1',
      'PersistentVolumeClaim',
      (event) => {
        provisioner.provide(event).catch((error: unknown) => provisioner.failures.push(error as Error));
      },
      (why) => provisioner.failures.push(why),
    );
    return provisioner;
  }

  /** @throws the first thing that went wrong: claims that wait for ever are not the environment's fault then */
  public stop(): void {
    this.stream?.close();
    const [first] = this.failures;
    if (first !== undefined) throw first;
  }

  private async provide({ type, object: claim }: WatchEvent): Promise<void> {
    const node = textAt(claim.metadata, 'annotations', SELECTED_NODE);
    const uid = textAt(claim.metadata, 'uid') ?? '';
    const isBound = textAt(claim, 'spec', 'volumeName') !== undefined;
    if (type === 'DELETED' || node === undefined || isBound || this.made.has(uid)) return;
    this.made.add(uid);
    const { metadata } = await this.api.get({ apiVersion: 'v1', kind: 'Node', name: node });
    const zone = textAt(metadata, 'labels', ZONE) ?? '';
    await this.api.create({
      apiVersion: 'v1',
      kind: 'PersistentVolume',
      metadata: { name: `volume-${uid}` },
      spec: {
        capacity: fieldsAt(claim, 'spec', 'resources', 'requests'),
        accessModes: fieldsAt(claim, 'spec').accessModes,
        storageClassName: textAt(claim, 'spec', 'storageClassName'),
        persistentVolumeReclaimPolicy: 'Retain',
        csi: { driver: PROVISIONER, volumeHandle: uid },
        claimRef: {
          apiVersion: 'v1',
          kind: 'PersistentVolumeClaim',
          namespace: claim.metadata.namespace,
          name: claim.metadata.name,
          uid,
        },
        // A file share (EFS, Azure Files) is reached from every zone; a disk only from its own.
        ...(isShared(claim)
          ? {}
          : {
              nodeAffinity: {
                required: {
                  nodeSelectorTerms: [{ matchExpressions: [{ key: ZONE, operator: 'In', values: [zone] }] }],
                },
              },
            }),
      },
    });
  }
}

function isShared(claim: unknown): boolean {
  return listAt(claim, 'spec', 'accessModes').includes('ReadWriteMany');
}
