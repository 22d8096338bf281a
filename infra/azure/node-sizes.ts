/**
 * The virtual machines that pools may be made of, and how much of each AKS leaves for pods.
 */
export interface NodeSize {
  readonly vcpus: number;
  readonly memoryGibibytes: number;
  /** Whether Azure offers it zone by zone. */
  readonly zones: boolean;
}

/**
 * A small table on purpose: what is in it was looked up. All encrypt at the host.
 * @see https://learn.microsoft.com/azure/virtual-machines/sizes/overview
 */
export const NODE_SIZES: Readonly<Record<string, NodeSize>> = {
  Standard_D2s_v5: { vcpus: 2, memoryGibibytes: 8, zones: true },
  Standard_D4s_v5: { vcpus: 4, memoryGibibytes: 16, zones: true },
  Standard_D8s_v5: { vcpus: 8, memoryGibibytes: 32, zones: true },
  Standard_D16s_v5: { vcpus: 16, memoryGibibytes: 64, zones: true },
  Standard_D32s_v5: { vcpus: 32, memoryGibibytes: 128, zones: true },
  Standard_D4as_v5: { vcpus: 4, memoryGibibytes: 16, zones: true },
  Standard_D8as_v5: { vcpus: 8, memoryGibibytes: 32, zones: true },
  Standard_D16as_v5: { vcpus: 16, memoryGibibytes: 64, zones: true },
  Standard_E4s_v5: { vcpus: 4, memoryGibibytes: 32, zones: true },
  Standard_E8s_v5: { vcpus: 8, memoryGibibytes: 64, zones: true },
  Standard_E16s_v5: { vcpus: 16, memoryGibibytes: 128, zones: true },
  Standard_E32s_v5: { vcpus: 32, memoryGibibytes: 256, zones: true },
  // Not in Azure's list of families with zones, which begins with the second generation.
  Standard_DS4: { vcpus: 8, memoryGibibytes: 28, zones: false },
};

/** Kubernetes' own figure; AKS would allow 250, and keep back memory for as many. */
export const PODS_PER_NODE = 110;

export interface Capacity {
  readonly cpuMillis: number;
  readonly memoryMebibytes: number;
}

/**
 * What AKS keeps back, as of 1.29.
 * @see https://learn.microsoft.com/azure/aks/node-resource-reservations
 */
const RESERVED_CPU_MILLIS = new Map([
  [2, 100],
  [4, 140],
  [8, 180],
  [16, 260],
  [32, 420],
  [64, 740],
]);
const RESERVED_MEBIBYTES = { perPod: 20, perNode: 50, mostShare: 0.25, eviction: 100 };

/** What a node has for pods. */
export function allocatable({ vcpus, memoryGibibytes }: NodeSize): Capacity {
  const { perPod, perNode, mostShare, eviction } = RESERVED_MEBIBYTES;
  const memory = memoryGibibytes * 1024;
  const kept = Math.min(perPod * PODS_PER_NODE + perNode, memory * mostShare) + eviction;
  const keptCpu = RESERVED_CPU_MILLIS.get(vcpus) ?? Math.max(...RESERVED_CPU_MILLIS.values());
  return { cpuMillis: vcpus * 1000 - keptCpu, memoryMebibytes: memory - kept };
}
