/**
 * What an Elasticsearch is told once it runs: the template of the indices, their life cycle, snapshots, and the data
 * stream (with Curator: the alias) into which Filebeat writes. Every body is plain data, sent by `SETUP_SCRIPT`.
 *
 * A changed policy holds for every index at once, a changed template from the next rollover on: a day at most. A data
 * stream does not become an alias or the reverse; whoever changes the kind of retention starts with an empty store.
 * Source: Elasticsearch 9, "Index lifecycle actions", "Index modules", "Snapshot lifecycle management".
 */
import type { Duration } from 'cdk8s';
import { ROLLOVER_SECONDS } from './elasticsearch-sizing';

/** Outside `logs-*-*`, which a template of Elasticsearch itself claims, with a life cycle that never deletes. */
export const LOGS_TARGET = 'platform-logs';

export interface IndexPlan {
  readonly kind: 'ilm' | 'curator';
  readonly maxAge: Duration;
  readonly rolloverBytes: number;
  /** Besides the first copy of each shard. */
  readonly replicas: number;
}

export type SnapshotPlan =
  { readonly type: 'fs'; readonly location: string } | { readonly type: 's3'; readonly bucket: string };

/** One line of `requests.txt` with its body. */
export interface SetupRequest {
  readonly path: string;
  /** Name of the body's file and the body. @default none is sent */
  readonly body?: { readonly file: string; readonly json: object };
  /** Path that answers 200 where the request is not to be made any more. @default none */
  readonly unless?: string;
}

const POLICY = `/_ilm/policy/${LOGS_TARGET}`;
const REPOSITORY = 'snapshots';
const FIRST_INDEX = `${LOGS_TARGET}-000001`;
/** Above Elasticsearch's own templates, which have 100 and less. */
const TEMPLATE_PRIORITY = 500;
/** Lines show within so much time; the default of 1 s makes ten times as many small segments. */
const REFRESH = '10s';
/** A node that restarts is back by then, and its shards with it; without this they would be copied elsewhere. */
const NODE_AWAY = '5m';
/** At night, before the first deletions of the day. */
const SNAPSHOT_SCHEDULE = '0 30 1 * * ?';
const SNAPSHOTS_AT_LEAST = 3;

export function setupRequests(plan: IndexPlan, snapshots: SnapshotPlan | undefined): readonly SetupRequest[] {
  const policy: SetupRequest[] =
    plan.kind === 'ilm' ? [{ path: POLICY, body: { file: 'lifecycle.json', json: lifecycle(plan) } }] : [];
  return [
    ...policy,
    {
      path: `/_index_template/${LOGS_TARGET}`,
      body: { file: 'template.json', json: indexTemplate(plan) },
    },
    plan.kind === 'ilm'
      ? { path: `/_data_stream/${LOGS_TARGET}`, unless: `/_data_stream/${LOGS_TARGET}` }
      : {
          path: `/${FIRST_INDEX}`,
          body: { file: 'first-index.json', json: firstIndex() },
          unless: `/_alias/${LOGS_TARGET}`,
        },
    ...(snapshots === undefined ? [] : snapshotRequests(plan, snapshots)),
  ];
}

/** The file `requests.txt`. */
export function requestLine({ path, body, unless }: SetupRequest): string {
  return ['PUT', path, body?.file ?? '-', unless ?? '-'].join(' ');
}

/** The age counts from the rollover: the youngest line of an index is as old as `maxAge` when it goes. */
function lifecycle({ maxAge, rolloverBytes }: IndexPlan): object {
  return {
    policy: {
      phases: {
        hot: {
          min_age: '0ms',
          actions: {
            rollover: {
              max_age: `${ROLLOVER_SECONDS}s`,
              max_primary_shard_size: elasticsearchSize(rolloverBytes),
            },
          },
        },
        delete: { min_age: `${maxAge.toSeconds()}s`, actions: { delete: {} } },
      },
    },
  };
}

function indexTemplate({ kind, replicas }: IndexPlan): object {
  return {
    index_patterns: [kind === 'ilm' ? LOGS_TARGET : `${LOGS_TARGET}-*`],
    ...(kind === 'ilm' ? { data_stream: {} } : {}),
    priority: TEMPLATE_PRIORITY,
    template: {
      settings: {
        index: {
          ...(kind === 'ilm' ? { lifecycle: { name: LOGS_TARGET } } : {}),
          number_of_shards: 1,
          number_of_replicas: replicas,
          codec: 'best_compression',
          refresh_interval: REFRESH,
          unassigned: { node_left: { delayed_timeout: NODE_AWAY } },
        },
      },
      mappings: MAPPINGS,
    },
  };
}

function firstIndex(): object {
  return { aliases: { [LOGS_TARGET]: { is_write_index: true } } };
}

const KEYWORD = { type: 'keyword', ignore_above: 1024 } as const;

/**
 * The fields of ECS that Filebeat writes here. Any other stays in the document and shows, but cannot be searched: so no
 * program can fill an index with fields until Elasticsearch refuses its lines.
 */
const MAPPINGS = {
  dynamic: false,
  properties: {
    '@timestamp': { type: 'date' },
    message: { type: 'match_only_text' },
    stream: KEYWORD,
    tags: KEYWORD,
    agent: { properties: { name: KEYWORD, version: KEYWORD } },
    event: { properties: { dataset: KEYWORD } },
    host: { properties: { name: KEYWORD } },
    input: { properties: { type: KEYWORD } },
    log: { properties: { offset: { type: 'long' }, file: { properties: { path: KEYWORD } } } },
    container: { properties: { id: KEYWORD, image: { properties: { name: KEYWORD } } } },
    kubernetes: {
      properties: {
        namespace: KEYWORD,
        container: { properties: { name: KEYWORD } },
        pod: { properties: { name: KEYWORD, uid: KEYWORD } },
        node: { properties: { name: KEYWORD } },
        // One field, however many labels there are.
        labels: { type: 'flattened' },
      },
    },
  },
} as const;

/** Kept for as long as the logs themselves, and some even if no new ones come. */
function snapshotRequests({ maxAge }: IndexPlan, snapshots: SnapshotPlan): readonly SetupRequest[] {
  const { type, ...settings } = snapshots;
  return [
    {
      path: `/_snapshot/${REPOSITORY}`,
      body: { file: 'repository.json', json: { type, settings } },
    },
    {
      path: `/_slm/policy/${LOGS_TARGET}`,
      body: {
        file: 'snapshot-policy.json',
        json: {
          schedule: SNAPSHOT_SCHEDULE,
          name: `<${LOGS_TARGET}-{now/d}>`,
          repository: REPOSITORY,
          config: { indices: [LOGS_TARGET], include_global_state: false },
          retention: { expire_after: `${maxAge.toDays()}d`, min_count: SNAPSHOTS_AT_LEAST },
        },
      },
    },
  ];
}

/** As Elasticsearch reads sizes: its `mb` are mebibytes. */
function elasticsearchSize(bytes: number): string {
  return `${Math.max(1, Math.floor(bytes / 1024 ** 2))}mb`;
}

/** How Curator does the work of a life cycle: the file of its actions. */
export function curatorActions(plan: IndexPlan, limitBytes: number): object {
  const ours = { filtertype: 'pattern', kind: 'regex', value: `^${LOGS_TARGET}-\\d{6}$` };
  const options = { ignore_empty_list: true };
  return {
    actions: {
      1: {
        action: 'rollover',
        description: 'A new index each day, or when the present one is large enough',
        options: {
          name: LOGS_TARGET,
          conditions: {
            max_age: `${ROLLOVER_SECONDS}s`,
            // Curator knows no `max_primary_shard_size`; of the one shard of an index it is the same.
            max_size: elasticsearchSize(plan.rolloverBytes),
          },
        },
      },
      2: {
        action: 'delete_indices',
        description: 'Indices whose youngest line is too old: they took lines for a day',
        options,
        filters: [
          ours,
          {
            filtertype: 'age',
            source: 'creation_date',
            direction: 'older',
            unit: 'seconds',
            unit_count: plan.maxAge.toSeconds() + ROLLOVER_SECONDS,
          },
        ],
      },
      3: {
        action: 'delete_indices',
        description: 'The oldest indices beyond the total size',
        options,
        filters: [
          ours,
          {
            filtertype: 'space',
            // In gibibytes, of all copies.
            disk_space: Math.floor((limitBytes / 1024 ** 3) * 1000) / 1000,
            use_age: true,
            source: 'creation_date',
          },
        ],
      },
    },
  };
}
