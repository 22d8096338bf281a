/**
 * The ring of a store taken apart: whoever reads or writes it hears of its members from each other.
 */
import type { Workload } from '../core/workload';

/** Opens the gossip port of each member, and lets every member dial every other and itself. */
export function connectGossip(members: readonly Workload[], port: number, purpose: string): void {
  const endpoints = members.map((member) =>
    member.listen({
      name: 'gossip',
      port,
      protocol: 'gossip-tcp',
      signals: ['coordination'],
      access: 'peer',
    }),
  );
  for (const member of members) {
    for (const endpoint of endpoints) member.connect(endpoint, { signals: ['coordination'], purpose });
  }
}
