/**
 * What a node of an EC2 instance type can carry: pure arithmetic over the families that a platform runs on.
 */
export interface Capacity {
  readonly cpuMillis: number;
  readonly memoryMebibytes: number;
}

interface InstanceType {
  readonly vcpus: number;
  readonly memoryGibibytes: number;
  /** Addresses that its network interfaces have for pods (VPC CNI, `eni-max-pods.txt`). */
  readonly maxPods: number;
  readonly architecture: 'x86_64' | 'arm64';
}

/** GiB for each vCPU: compute, general and memory optimised (EC2, instance type families). */
const MEMORY_PER_VCPU = { c: 2, m: 4, r: 8 } as const;

/** Alike in the generations below. */
const SIZES: ReadonlyMap<string, Pick<InstanceType, 'vcpus' | 'maxPods'>> = new Map(
  Object.entries({
    large: { vcpus: 2, maxPods: 29 },
    xlarge: { vcpus: 4, maxPods: 58 },
    '2xlarge': { vcpus: 8, maxPods: 58 },
    '4xlarge': { vcpus: 16, maxPods: 234 },
    '8xlarge': { vcpus: 32, maxPods: 234 },
  }),
);

/** For development: they borrow CPU from their idle hours. */
const BURSTABLE: ReadonlyMap<string, InstanceType> = new Map(
  Object.entries({
    't3.medium': { vcpus: 2, memoryGibibytes: 4, maxPods: 17, architecture: 'x86_64' },
    't3.large': { vcpus: 2, memoryGibibytes: 8, maxPods: 35, architecture: 'x86_64' },
    't3.xlarge': { vcpus: 4, memoryGibibytes: 16, maxPods: 58, architecture: 'x86_64' },
    't3.2xlarge': { vcpus: 8, memoryGibibytes: 32, maxPods: 58, architecture: 'x86_64' },
  } as const),
);

/** Nitro instances of Intel, AMD and Graviton: older ones cannot enforce an instance's encryption in transit. */
const FAMILY = /^([cmr])([678])([aig])\.(.+)$/;

export const KNOWN_INSTANCE_TYPES = 'c, m or r of generations 6 to 8 (i, a, g), large to 8xlarge, or t3';

/** @returns undefined for a type that this table does not know */
export function instanceType(name: string): InstanceType | undefined {
  const burstable = BURSTABLE.get(name);
  if (burstable !== undefined) return burstable;
  const [, family, , maker, size] = FAMILY.exec(name) ?? [];
  const shape = SIZES.get(size ?? '');
  if (shape === undefined) return undefined;
  return {
    ...shape,
    memoryGibibytes: shape.vcpus * MEMORY_PER_VCPU[family as keyof typeof MEMORY_PER_VCPU],
    architecture: maker === 'g' ? 'arm64' : 'x86_64',
  };
}

/** Share of the memory that the hypervisor and the kernel keep: what Karpenter reckons with (`vmMemoryOverheadPercent`). */
const HIDDEN_MEMORY = 0.075;
/** Memory below which the kubelet evicts pods (Kubernetes' `evictionHard`). */
const EVICTION_MEBIBYTES = 100;
/** What EKS' images keep for the kubelet: a base and a share for each pod (nodeadm, `kubeReserved`). */
const KUBELET_MEBIBYTES = { base: 255, perPod: 11 } as const;
/** And of CPU, in thousandths: of the first, the second, the third and fourth core, and of each further one. */
const KUBELET_CPU_MILLIS = { first: 60, second: 10, thirdAndFourth: 5, further: 2.5 } as const;
/** Requests of the add-ons that run on every node: VPC CNI, kube-proxy, EBS and EFS drivers. */
const ADD_ONS: Capacity = { cpuMillis: 250, memoryMebibytes: 256 };

/** What is left for the platform's pods. */
export function allocatable({ vcpus, memoryGibibytes, maxPods }: InstanceType): Capacity {
  const { first, second, thirdAndFourth, further } = KUBELET_CPU_MILLIS;
  const kubeletCpu =
    first +
    (vcpus > 1 ? second : 0) +
    Math.max(0, Math.min(vcpus, 4) - 2) * thirdAndFourth +
    Math.max(0, vcpus - 4) * further;
  const kubeletMemory = KUBELET_MEBIBYTES.base + KUBELET_MEBIBYTES.perPod * maxPods;
  const visible = memoryGibibytes * 1024 * (1 - HIDDEN_MEMORY);
  return {
    cpuMillis: Math.floor(vcpus * 1000 - kubeletCpu - ADD_ONS.cpuMillis),
    memoryMebibytes: Math.floor(visible - kubeletMemory - EVICTION_MEBIBYTES - ADD_ONS.memoryMebibytes),
  };
}
