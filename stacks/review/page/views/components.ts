/** The components by layer, in the order in which the data flows. */
import type { ComponentEntry } from '../../review-document';
import type { Context, Drawn } from '../context';
import { h } from '../dom';
import { bytes, counted, cpu } from '../format';
import { markBadge } from '../parts/badge';
import { link } from '../parts/links';
import { empty, pageHead } from '../parts/page-head';
import { grouped } from '../grouped';
import { requestsOf } from '../requests';

export function componentsView(context: Context): Drawn {
  const { components, changes } = context.review;
  const marks = new Map(changes?.components.map(({ name, change }) => [name, change]));
  const layers = grouped(components, ({ layer }) => layer);
  return {
    title: 'Components',
    content: [
      pageHead({
        title: 'Components',
        lead: 'By layer. Each has its configuration, manifests, endpoints, policies, requests and alerts on a page of its own.',
      }),
      components.length === 0 ? empty('This environment has no components.') : undefined,
      ...[...layers].map(([layer, entries]) =>
        h(
          'section',
          { class: 'layer' },
          h('h2', {}, layer),
          h(
            'ul',
            { class: 'cards' },
            ...entries.map((component) => {
              const mark = marks.get(component.name);
              return h(
                'li',
                {},
                h('h3', {}, link(component.name, 'component', component.name), mark && markBadge(mark)),
                h('p', {}, component.summary),
                h('p', { class: 'meta' }, requestsText(component)),
              );
            }),
          ),
        ),
      ),
    ],
  };
}

function requestsText(component: ComponentEntry): string {
  const { pods, cpuMillis, memoryBytes, volumeBytes } = requestsOf(component);
  if (pods === 0) return `${counted(component.objects.length, 'object')}, no pods`;
  const volumes = volumeBytes === 0 ? [] : [`${bytes(volumeBytes)} on volumes`];
  return [counted(pods, 'pod'), cpu(cpuMillis), bytes(memoryBytes), ...volumes].join(' · ');
}
