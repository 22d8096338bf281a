/**
 * The volumes of one pod: configuration, secrets, scratch space and claims, each made once and mounted where the
 * containers ask for it. cdk8s-plus knows no claim templates, so those are patched in.
 */
import { JsonPatch, type Size } from 'cdk8s';
import * as kplus from 'cdk8s-plus-28';
import type { ContainerSpec } from './container-spec';
import { quantity } from './quantity';

export interface VolumeClaim {
  readonly name: string;
  readonly size: Size;
  /** Storage class of the environment; an operator's decision. */
  readonly storageClass: string;
}

/** Files from Secrets: readable by the pod's user and group, by nobody else. */
const SECRET_MODE = 0o440;

export class PodVolumes {
  private readonly byIdentity = new Map<string, kplus.Volume>();
  private scratchCount = 0;

  public constructor(
    private readonly pod: kplus.Workload,
    private readonly claims: readonly VolumeClaim[],
    private readonly existingClaims: readonly { readonly name: string; readonly claimName: string }[] = [],
  ) {}

  public mount(container: kplus.Container, spec: ContainerSpec): void {
    for (const { mountPath, config } of spec.configs ?? []) {
      const name = config.configMapName;
      const volume = this.once(`config-${name}`, [], (id) =>
        kplus.Volume.fromConfigMap(
          this.pod,
          `volume-${id}`,
          kplus.ConfigMap.fromConfigMapName(this.pod, `${id}-ref`, name),
          { name: id },
        ),
      );
      container.mount(mountPath, volume, { readOnly: true });
    }
    for (const { mountPath, secretName, keys } of spec.secretFiles ?? []) {
      const volume = this.once(`secret-${secretName}`, keys ?? [], (id) =>
        kplus.Volume.fromSecret(
          this.pod,
          `volume-${id}`,
          kplus.Secret.fromSecretName(this.pod, `${id}-ref`, secretName),
          {
            name: id,
            defaultMode: SECRET_MODE,
            ...(keys === undefined
              ? {}
              : { items: Object.fromEntries(keys.map((key) => [key, { path: key }])) }),
          },
        ),
      );
      container.mount(mountPath, volume, { readOnly: true });
    }
    for (const { mountPath, size, name } of spec.scratch ?? []) {
      this.scratchCount += 1;
      const volume = this.once(name ?? `scratch-${this.scratchCount}`, [], (id) =>
        kplus.Volume.fromEmptyDir(this.pod, id, id, { sizeLimit: size }),
      );
      container.mount(mountPath, volume);
    }
    for (const { path, mountPath, readOnly, followsMounts } of spec.hostPaths ?? []) {
      const name = `host${path.replaceAll(/[^a-z0-9]+/g, '-')}`.replace(/-$/, '-root');
      const volume = this.once(name, [], (id) =>
        kplus.Volume.fromHostPath(this.pod, `volume-${id}`, id, {
          path,
          // Where it writes, it may be the first to do so.
          ...(readOnly === false ? { type: kplus.HostPathVolumeType.DIRECTORY_OR_CREATE } : {}),
        }),
      );
      container.mount(mountPath, volume, {
        readOnly: readOnly ?? true,
        ...(followsMounts === true ? { propagation: kplus.MountPropagation.HOST_TO_CONTAINER } : {}),
      });
    }
    for (const { claim, mountPath, readOnly } of spec.volumes ?? []) {
      const volume = this.once(claim, [], (id) => this.claimVolume(id));
      container.mount(mountPath, volume, { readOnly: readOnly ?? false });
    }
  }

  /** Turns the stand-ins into claim templates that outlive the StatefulSet. */
  public patches(): JsonPatch[] {
    if (this.claims.length === 0) return [];
    const names = [...this.byIdentity.values()].map((volume) => volume.name);
    const removals = this.claims
      .map((claim) => names.indexOf(claim.name))
      .filter((index) => index >= 0)
      // From the back, so that the indices before stay right.
      .sort((a, b) => b - a)
      .map((index) => JsonPatch.remove(`/spec/template/spec/volumes/${index}`));
    return [
      ...removals,
      JsonPatch.add(
        '/spec/volumeClaimTemplates',
        this.claims.map((claim) => ({
          metadata: { name: claim.name },
          spec: {
            accessModes: ['ReadWriteOnce'],
            storageClassName: claim.storageClass,
            // cdk8s renders patched objects through its typed model, which wants a `Quantity`.
            resources: { requests: { storage: kplus.k8s.Quantity.fromString(quantity(claim.size)) } },
          },
        })),
      ),
      // A deleted or shrunk StatefulSet must never take acknowledged data with it.
      JsonPatch.add('/spec/persistentVolumeClaimRetentionPolicy', {
        whenDeleted: 'Retain',
        whenScaled: 'Retain',
      }),
    ];
  }

  private claimVolume(name: string): kplus.Volume {
    const existing = this.existingClaims.find((candidate) => candidate.name === name);
    if (existing !== undefined) {
      const claim = kplus.PersistentVolumeClaim.fromClaimName(this.pod, `${name}-ref`, existing.claimName);
      return kplus.Volume.fromPersistentVolumeClaim(this.pod, name, claim, { name });
    }
    // Stands for the claim template of the same name; `patches` takes it out of the pod's own volumes again.
    return kplus.Volume.fromEmptyDir(this.pod, name, name);
  }

  /** One volume for each name and choice of keys; the same Secret with other keys is another volume. */
  private once(name: string, keys: readonly string[], make: (id: string) => kplus.Volume): kplus.Volume {
    const identity = JSON.stringify([name, keys]);
    const known = this.byIdentity.get(identity);
    if (known !== undefined) return known;
    const namesakes = [...this.byIdentity.keys()].filter(
      (other) => (JSON.parse(other) as [string])[0] === name,
    ).length;
    const volume = make(namesakes === 0 ? name : `${name}-${namesakes + 1}`);
    this.byIdentity.set(identity, volume);
    return volume;
  }
}
