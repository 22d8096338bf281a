import type { Rule } from '../rule';

const namesNothing = (selector: string) => `${selector}.all(field, ${selector}[field].size() == 0)`;

/** An empty peer, or all pods of all namespaces. A podSelector alone means the policy's own namespace. */
const IS_EVERY_POD = `(!has(p.ipBlock) && (has(p.namespaceSelector)
          ? ${namesNothing('p.namespaceSelector')} && (!has(p.podSelector) || ${namesNothing('p.podSelector')})
          : !has(p.podSelector)))`;

export const narrowNetworkPolicies: Rule = {
  id: 'narrow-network-policies',
  title: 'NetworkPolicies name both ends',
  severity: 'high',
  reason:
    'A policy that allows everything looks like protection and is none; policies add up, so one such policy undoes all others.',
  remedy:
    'Name the peers in from and to: a podSelector with a namespaceSelector, or an ipBlock of the network that is meant',
  appliesTo: ['NetworkPolicy'],
  variables: [
    { name: 'ingress', expression: 'has(object.spec.ingress) ? object.spec.ingress : []' },
    { name: 'egress', expression: 'has(object.spec.egress) ? object.spec.egress : []' },
  ],
  validations: [
    {
      expression: `variables.ingress.all(r, has(r.from) && r.from.size() > 0 && r.from.all(p, !${IS_EVERY_POD}))`,
      message: 'The policy lets everybody in',
    },
    {
      expression: `variables.ingress.all(r, !has(r.from) || r.from.all(p,
        !has(p.ipBlock) || !(p.ipBlock.cidr in ['0.0.0.0/0', '::/0'])))`,
      message: 'The policy lets the whole internet in',
    },
    {
      // To any address is allowed with ports: the addresses of cloud services are not known beforehand.
      expression: `variables.egress.all(r,
        (has(r.ports) && r.ports.size() > 0) ||
        (has(r.to) && r.to.size() > 0 && r.to.all(p, !${IS_EVERY_POD} &&
          (!has(p.ipBlock) || !(p.ipBlock.cidr in ['0.0.0.0/0', '::/0'])))))`,
      message: 'The policy lets everything out',
    },
  ],
};
