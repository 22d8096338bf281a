/**
 * What people find in Kibana: the data view over the logs, saved searches, a chart and a dashboard of them, as code. Kibana
 * takes them as saved objects, one JSON document a line (NDJSON), and replaces those with the same ID.
 * Source: Kibana 9, "Saved objects API: import", and the attributes of each type in an export of Kibana's.
 */
import type { ConfigFile } from '../core/config-file';

interface SavedObject {
  readonly id: string;
  readonly type: 'index-pattern' | 'search' | 'visualization' | 'dashboard';
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly references: readonly SavedObjectReference[];
  readonly coreMigrationVersion: string;
  readonly typeMigrationVersion: string;
}

interface SavedObjectReference {
  readonly id: string;
  readonly name: string;
  readonly type: SavedObject['type'];
}

interface SavedSearch {
  readonly id: string;
  readonly title: string;
  readonly description: string;
  readonly columns: readonly string[];
  /** In Kibana's query language. */
  readonly query: string;
}

/** The forms in which these are written, by type; newer Kibanas bring objects of them up to their own. */
const CORE_FORM = '8.8.0';
const FORMS = {
  'index-pattern': '8.0.0',
  search: '8.0.0',
  visualization: '8.5.0',
  dashboard: '8.7.0',
} as const satisfies Record<SavedObject['type'], string>;
const DATA_VIEW_ID = 'platform-logs';
const SEARCH_SOURCE_REFERENCE = 'kibanaSavedObjectMeta.searchSourceJSON.index';
/** Of the dashboard's grid, which has 48 columns. */
const PANEL = { width: 48, height: 15 } as const;

const LINE_COLUMNS = ['host.name', 'event.dataset', 'message'];
const CONTAINER_COLUMNS = ['kubernetes.namespace', 'kubernetes.pod.name', 'message'];

const SAVED_SEARCHES: readonly SavedSearch[] = [
  {
    id: 'logs-containers',
    title: 'Containers',
    description: 'What the containers of the cluster write',
    columns: CONTAINER_COLUMNS,
    query: 'event.dataset : "containers"',
  },
  {
    id: 'logs-errors',
    title: 'Errors',
    description: 'Lines that speak of an error, of machines and containers',
    columns: LINE_COLUMNS,
    query: 'message : (error or fatal or panic or exception)',
  },
  {
    id: 'logs-sign-in',
    title: 'Sign-in and audit',
    description: 'Who signed in to a machine, who tried, and what the audit daemon saw',
    columns: LINE_COLUMNS,
    query: 'event.dataset : ("auth" or "secure" or "audit")',
  },
  {
    id: 'logs-network',
    title: 'Firewall and load balancer',
    description: 'What the firewall refused and what HAProxy answered',
    columns: LINE_COLUMNS,
    query: 'event.dataset : ("firewalld" or "haproxy")',
  },
  {
    id: 'logs-messaging',
    title: 'Kafka and ZooKeeper',
    description: 'What brokers and ensemble write on their machines',
    columns: LINE_COLUMNS,
    query: 'event.dataset : ("kafka" or "zookeeper")',
  },
];

function savedObjects(dataStream: string): readonly SavedObject[] {
  const described = [dataView(dataStream), linesOverTime(), ...SAVED_SEARCHES.map(search), dashboard()];
  return described.map((object) => ({
    ...object,
    coreMigrationVersion: CORE_FORM,
    typeMigrationVersion: FORMS[object.type],
  }));
}

/** As the file `objects.ndjson`. */
export function savedObjectsFile(dataStream: string): ConfigFile {
  const lines = savedObjects(dataStream).map((object) => `${JSON.stringify(object)}\n`);
  return { name: 'objects.ndjson', text: lines.join('') };
}

type Described = Omit<SavedObject, 'coreMigrationVersion' | 'typeMigrationVersion'>;

function dataView(dataStream: string): Described {
  return {
    id: DATA_VIEW_ID,
    type: 'index-pattern',
    attributes: {
      // The name of a data stream or of an alias: no other index can get in.
      title: dataStream,
      name: 'Logs',
      timeFieldName: '@timestamp',
      // The store may still be empty.
      allowNoIndex: true,
    },
    references: [],
  };
}

function search({ id, title, description, columns, query }: SavedSearch): Described {
  return {
    id,
    type: 'search',
    attributes: {
      title,
      description,
      columns: [...columns],
      sort: [['@timestamp', 'desc']],
      kibanaSavedObjectMeta: searchSource(query),
    },
    references: [{ id: DATA_VIEW_ID, name: SEARCH_SOURCE_REFERENCE, type: 'index-pattern' }],
  };
}

const CHART_ID = 'logs-over-time';

function linesOverTime(): Described {
  const title = 'Lines over time, by source';
  return {
    id: CHART_ID,
    type: 'visualization',
    attributes: {
      title,
      description: 'A source that falls silent, or one that floods',
      uiStateJSON: '{}',
      visState: JSON.stringify({
        title,
        type: 'histogram',
        aggs: [
          { id: '1', enabled: true, type: 'count', schema: 'metric', params: {} },
          {
            id: '2',
            enabled: true,
            type: 'date_histogram',
            schema: 'segment',
            params: { field: '@timestamp', interval: 'auto', min_doc_count: 1 },
          },
          {
            id: '3',
            enabled: true,
            type: 'terms',
            schema: 'group',
            params: { field: 'event.dataset', size: 10, order: 'desc', orderBy: '1' },
          },
        ],
        params: { type: 'histogram', addLegend: true, addTooltip: true, legendPosition: 'right' },
      }),
      kibanaSavedObjectMeta: searchSource(''),
    },
    references: [{ id: DATA_VIEW_ID, name: SEARCH_SOURCE_REFERENCE, type: 'index-pattern' }],
  };
}

/** The chart above the searches, one below the other. */
function dashboard(): Described {
  const panels = [
    { id: CHART_ID, type: 'visualization' as const },
    ...SAVED_SEARCHES.map(({ id }) => ({ id, type: 'search' as const })),
  ];
  return {
    id: 'logs',
    type: 'dashboard',
    attributes: {
      title: 'Logs of the platform',
      description: 'Generated: changes made by hand are replaced at the next deployment',
      panelsJSON: JSON.stringify(
        panels.map(({ id, type }, index) => ({
          type,
          panelIndex: id,
          panelRefName: `panel_${id}`,
          gridData: { x: 0, y: index * PANEL.height, w: PANEL.width, h: PANEL.height, i: id },
          embeddableConfig: {},
        })),
      ),
      optionsJSON: JSON.stringify({ useMargins: true, hidePanelTitles: false }),
      timeRestore: true,
      timeFrom: 'now-24h',
      timeTo: 'now',
      kibanaSavedObjectMeta: { searchSourceJSON: JSON.stringify({ query: kuery(''), filter: [] }) },
    },
    references: panels.map(({ id, type }) => ({ id, type, name: `${id}:panel_${id}` })),
  };
}

function searchSource(query: string): { readonly searchSourceJSON: string } {
  return {
    searchSourceJSON: JSON.stringify({
      query: kuery(query),
      filter: [],
      indexRefName: SEARCH_SOURCE_REFERENCE,
    }),
  };
}

function kuery(query: string): object {
  return { query, language: 'kuery' };
}
