/**
 * The rules of the node's network namespace, as texts for `nft -f`: Services lead to ready pods, and the environment's
 * NetworkPolicies hold. Each table is replaced as a whole, or not at all.
 */
import type { ClusterPlan } from '../cluster-plan';
import { egressTable, ingressTable } from './firewall-policies';
import { serviceTable } from './firewall-services';

/**
 * Texts that are loaded one by one: a user without root hands the kernel about 200 KiB at once
 * (`net.core.wmem_default`), which all tables of a large environment together exceed.
 * @param readyPods `namespace/name` of the pods that take traffic now
 */
export function firewallTables(plan: ClusterPlan, readyPods: ReadonlySet<string>): readonly string[] {
  const ofPolicies = policyTables.get(plan) ?? [
    replaced('hyperion_egress', egressTable(plan)),
    replaced('hyperion_ingress', ingressTable(plan)),
  ];
  policyTables.set(plan, ofPolicies);
  return [...ofPolicies, replaced('hyperion_services', serviceTable(plan, readyPods))];
}

/** Policies do not depend on who is ready, and are asked for with every change of it. */
const policyTables = new WeakMap<ClusterPlan, readonly string[]>();

/** Adding it first makes deleting it right also where there is none. */
function replaced(name: string, content: readonly string[]): string {
  return [
    `table ip ${name}`,
    `delete table ip ${name}`,
    `table ip ${name} {`,
    ...content.map((line) => (line === '' ? '' : `  ${line}`)),
    '}',
    '',
  ].join('\n');
}
