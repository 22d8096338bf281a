/**
 * Which address everything of a loopback cluster has: computed from names alone, so that it is the same at every start,
 * on every machine and however few workloads are chosen.
 */

const POD_NETWORK = '10.244.0.0/16';
export const SERVICE_NETWORK = '10.96.0.0/16';
/** The node as its pods see it: their gateway, and where probes and relayed connections come from. */
export const NODE_ADDRESS = '169.254.1.1';
/** Where the node-local DNS cache of Kubernetes listens; the policies see it as a pod of kube-dns. */
export const DNS_ADDRESS = '169.254.20.10';

const LAST_BLOCK = 255;
const LAST_IN_BLOCK = 254;

/**
 * Each workload has a block of 254 addresses, so that scaling one moves no other. Block 0 is the node's.
 * @param workload its place among all workloads, sorted by name, from 0
 * @param ordinal the pod's place in its workload, from 0
 */
export function podAddress(workload: number, ordinal: number): string {
  if (workload + 1 > LAST_BLOCK || ordinal + 1 > LAST_IN_BLOCK) {
    throw new Error(
      `pod ${ordinal} of workload ${workload}: ${POD_NETWORK} holds ${LAST_BLOCK} workloads of ${LAST_IN_BLOCK} pods; run fewer`,
    );
  }
  return `10.244.${workload + 1}.${ordinal + 1}`;
}

/** @param service its place among all Services, sorted by name, from 0 */
export function clusterAddress(service: number): string {
  return `10.96.${hostPart(service)}`;
}

/**
 * Of 127.64.0.0/10, which nothing else uses by default. The environment decides the second byte, so that two
 * environments can run side by side: no two of `stacks/environments.ts` have the same, which a test watches.
 * @param service as for `clusterAddress`; the last two bytes are the same there
 */
export function loopbackAddress(environment: string, service: number): string {
  return `127.${64 + ((sumOf(environment) >>> 8) % 63)}.${hostPart(service)}`;
}

/** From 1.1 on: the addresses below are left to the cluster itself. */
function hostPart(service: number): string {
  const block = Math.floor(service / LAST_IN_BLOCK) + 1;
  if (block > LAST_BLOCK) {
    throw new Error(`service ${service}: ${SERVICE_NETWORK} holds ${LAST_BLOCK * LAST_IN_BLOCK} Services`);
  }
  return `${block}.${(service % LAST_IN_BLOCK) + 1}`;
}

/** FNV-1a, in 32 bits. */
function sumOf(text: string): number {
  let sum = 0x811c9dc5;
  for (const byte of Buffer.from(text)) sum = Math.imul(sum ^ byte, 0x01000193) >>> 0;
  return sum;
}
