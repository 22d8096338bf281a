/** Grafana's dashboards, read back from the files that provision them. */
import type { Platform } from '../../constructs/core/platform';
import { listAt, textAt } from '../manifest-data';
import type { DashboardEntry } from './review-document';

export function dashboardEntries(platform: Platform): DashboardEntry[] {
  return platform.components.flatMap((component) =>
    component.configs
      .flatMap(({ files }) => files)
      .filter(({ name }) => name.endsWith('.json'))
      .flatMap(({ text }) => dashboardEntry(JSON.parse(text), component.node.id)),
  );
}

/** What is no dashboard has no identifier and no panels. */
function dashboardEntry(data: unknown, component: string): DashboardEntry[] {
  const uid = textAt(data, 'uid');
  const panels = panelTitles(data);
  if (uid === undefined || panels.length === 0) return [];
  return [
    {
      uid,
      title: textAt(data, 'title') ?? uid,
      description: textAt(data, 'description') ?? '',
      panels,
      component,
    },
  ];
}

/** A row that is folded has its panels inside. */
function panelTitles(container: unknown): string[] {
  return listAt(container, 'panels').flatMap((panel) => [
    ...(textAt(panel, 'type') === 'row' ? [] : [textAt(panel, 'title') ?? '']),
    ...panelTitles(panel),
  ]);
}
