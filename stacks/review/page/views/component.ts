/** One component: a page with tabs, each with an address of its own. */
import type { ComponentEntry } from '../../review-document';
import { addressOf } from '../address';
import type { Context, Drawn } from '../context';
import { markBadge } from '../parts/badge';
import { missing } from '../parts/missing';
import { pageHead } from '../parts/page-head';
import { tabs } from '../parts/tabs';
import { componentAlerts, componentDerived, componentEndpoints, componentPolicies } from './component-tables';
import { componentConfig, componentManifests } from './component-files';
import { componentRequests, componentSummary } from './component-summary';

interface Part {
  readonly id: string;
  readonly title: string;
  readonly count?: (component: ComponentEntry) => number;
  readonly draw: (context: Context, component: ComponentEntry, parts: readonly string[]) => readonly Node[];
}

const PARTS: readonly Part[] = [
  { id: 'summary', title: 'Summary', draw: componentSummary },
  {
    id: 'config',
    title: 'Configuration',
    count: ({ configs }) => configs.length,
    draw: componentConfig,
  },
  {
    id: 'manifests',
    title: 'Manifests',
    count: ({ objects }) => objects.length,
    draw: componentManifests,
  },
  {
    id: 'endpoints',
    title: 'Endpoints',
    count: ({ endpoints }) => endpoints.length,
    draw: componentEndpoints,
  },
  {
    id: 'policies',
    title: 'Policies',
    count: ({ policies, networkPolicies }) => policies.length + networkPolicies.length,
    draw: componentPolicies,
  },
  {
    id: 'requests',
    title: 'Requests',
    count: ({ workloads }) => workloads.length,
    draw: componentRequests,
  },
  { id: 'alerts', title: 'Alerts', count: ({ alerts }) => alerts.length, draw: componentAlerts },
  {
    id: 'derived',
    title: 'Derived from',
    count: ({ derivations }) => derivations.length,
    draw: componentDerived,
  },
];

export function componentView(
  context: Context,
  [name = '', tab = 'summary', ...rest]: readonly string[],
): Drawn {
  const component = context.components.get(name);
  if (component === undefined) return missing('component', name);
  const part = PARTS.find(({ id }) => id === tab);
  if (part === undefined) return missing('page of a component', tab);
  const change = context.review.changes?.components.find((entry) => entry.name === name)?.change;
  return {
    title: part.id === 'summary' ? name : `${name}: ${part.title.toLowerCase()}`,
    content: [
      pageHead({
        title: name,
        trail: { text: 'Components', href: addressOf('components') },
        lead: component.summary,
        badges: [change && markBadge(change)],
      }),
      tabs(
        `Pages of ${name}`,
        PARTS.map(({ id, title, count }) => ({
          text: title,
          href: addressOf('component', name, id),
          current: id === part.id,
          count: count?.(component),
        })),
      ),
      ...part.draw(context, component, rest),
    ],
  };
}
