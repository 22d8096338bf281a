/**
 * The settings of the streamer. The names without the prefix STREAMER_ are those of the system's design document.
 */
import { readFileSync } from 'node:fs';

import { QUEUE_CLIENT_VARIABLES, RETRY_VARIABLES } from '../shared/client-variables';
import { EnvironmentError, readEnvironment } from '../shared/environment';
import { SERVICE_VARIABLES } from '../shared/service-variables';
import { choice, count, duration, flag, optional, size, text, type Settings } from '../shared/variables';
import { errorText } from './error-text';
import { DCGM_MAPPING, parseMapping, type Mapping } from './mapping/mapping';

export const STREAMER_VARIABLES = {
  ...SERVICE_VARIABLES,
  ...RETRY_VARIABLES,
  ...QUEUE_CLIENT_VARIABLES,
  STREAMER_DATA_DIR: text({
    description: 'The folder of checkpoints and of the rejected rows; nobody else may use it',
    rule: 'a path',
  }),
  STREAMER_SOURCE: optional(
    text({
      description:
        'A CSV file, a folder of *.csv that is watched, or - for standard input; without it, HTTP only',
      rule: 'a path, or -',
    }),
  ),
  STREAMER_MAPPING: optional(
    text({
      description: 'Which columns make a reading, when they are not those of a DCGM export',
      rule: 'JSON that starts with {, or the path of a file with it',
    }),
  ),
  STREAMER_PACE: choice({
    description: 'How fast a source is read: as fast as possible, as its times say, or STREAMER_RATE',
    of: ['fast', 'original', 'rate'],
    default: 'fast',
  }),
  STREAMER_SPEED: text({
    description: 'How many times the original pace',
    pattern: '^[0-9]{1,6}(\\.[0-9]{1,6})?$',
    rule: 'a number such as 1, 0.5 or 60',
    default: '1',
  }),
  STREAMER_RATE: count({
    description: 'Rows per second, for STREAMER_PACE=rate',
    min: 1,
    max: 10_000_000,
    default: '1000',
  }),
  STREAMER_LOOP: flag({
    description: 'Read the file again and again, for ever',
    default: 'false',
  }),
  STREAMER_KEEP_TIMESTAMPS: optional(
    flag({
      description:
        'true: the times of the rows; false: the time of reading; not set: false when the file is repeated, else true',
    }),
  ),
  STREAMER_SCAN_INTERVAL: duration({
    description: 'How often is looked for new files, and for what was added to known ones',
    min: '20ms',
    max: '1h',
    default: '1s',
  }),
  STREAMER_SETTLE_TIME: duration({
    description:
      'How long a file has to stay as it is before a last row without a line break is taken for whole',
    min: '10ms',
    max: '24h',
    // Programs hold back what they write for some seconds.
    default: '10s',
  }),
  STREAMER_CHECKPOINT_INTERVAL: duration({
    description: 'How much time of work a killed process repeats at most',
    min: '10ms',
    max: '10m',
    default: '1s',
  }),
  STREAMER_MAX_ROW_SIZE: size({
    description: 'The longest row; a longer one is rejected',
    min: '256B',
    max: '8MiB',
    // A reading's 64 tags of 1,024 characters, and a little.
    default: '128KiB',
  }),
  STREAMER_REJECT_SIZE: size({
    description: 'How large the file of rejected rows may become; what is more is only counted',
    min: '1KiB',
    max: '1TiB',
    default: '64MiB',
  }),
  STREAMER_BATCH_MESSAGES: count({
    description: 'Messages in a batch to the queue, which takes no more than 1000',
    min: 1,
    max: 1000,
    default: '1000',
  }),
  STREAMER_BATCH_SIZE: size({
    description: 'Bytes in a batch to the queue',
    min: '1KiB',
    // As JSON within JSON it may become three times as much, and the broker takes 16 MiB.
    max: '4MiB',
    default: '1MiB',
  }),
  STREAMER_IN_FLIGHT: count({
    description: 'Batches of a source on their way to the queue at a time',
    min: 1,
    max: 64,
    default: '4',
  }),
  STREAMER_HTTP_ATTEMPTS: count({
    description: 'How often a batch that came over HTTP is tried: its client can try again, a file cannot',
    min: 1,
    max: 10,
    default: '2',
  }),
  STREAMER_STREAM_EVENTS: count({
    description: 'Readings that the live stream holds for clients that come back, or are slow',
    min: 1,
    max: 1_000_000,
    default: '10000',
  }),
  STREAMER_STREAM_SIZE: size({
    description: 'Memory for those',
    // A batch has to fit, or clients that are fast would miss something too.
    min: '4MiB',
    max: '1GiB',
    default: '16MiB',
  }),
  STREAMER_STREAM_CLIENTS: count({
    description: 'Clients of the live stream at a time',
    min: 0,
    max: 5000,
    default: '100',
  }),
} as const;

export type StreamerSettings = Settings<typeof STREAMER_VARIABLES> & {
  readonly mapping: Mapping;
};

export function readStreamerSettings(
  environment: Readonly<Record<string, string | undefined>>,
): StreamerSettings {
  const mapping = readMapping(environment.STREAMER_MAPPING);
  const problems: string[] = Array.isArray(mapping) ? mapping : [];
  let settings: Settings<typeof STREAMER_VARIABLES> | undefined;
  try {
    settings = readEnvironment(STREAMER_VARIABLES, environment, 'STREAMER_');
    problems.push(...contradictions(settings));
  } catch (error) {
    if (!(error instanceof EnvironmentError)) throw error;
    problems.unshift(...error.problems);
  }
  if (settings === undefined || Array.isArray(mapping) || problems.length > 0) {
    throw new EnvironmentError(problems);
  }
  return { ...settings, mapping };
}

/** What no variable alone can say. */
function contradictions(settings: Settings<typeof STREAMER_VARIABLES>): string[] {
  const problems: string[] = [];
  if (settings.STREAMER_LOOP && (settings.STREAMER_SOURCE ?? '-') === '-') {
    problems.push(
      problem('STREAMER_LOOP', 'only a file can be repeated', 'set STREAMER_SOURCE to the path of a file'),
    );
  }
  if (Number(settings.STREAMER_SPEED) === 0) {
    problems.push(problem('STREAMER_SPEED', 'at a speed of 0 nothing moves', 'set it to more than 0'));
  }
  return problems;
}

function readMapping(given = ''): Mapping | string[] {
  if (given === '') return DCGM_MAPPING;
  let json = given;
  if (!given.trimStart().startsWith('{')) {
    try {
      json = readFileSync(given, 'utf8');
    } catch (error) {
      const why = errorText(error);
      return [
        problem(
          'STREAMER_MAPPING',
          `the file cannot be read: ${why}`,
          'give the path of a JSON file, or JSON',
        ),
      ];
    }
  }
  const mapping = parseMapping(json);
  if (!Array.isArray(mapping)) return mapping;
  return mapping.map((each) => problem('STREAMER_MAPPING', each, 'see apps/streamer/mapping/mapping.ts'));
}

function problem(name: string, rule: string, remedy: string): string {
  return [`environment: ${name}`, `  rule:   ${rule}`, `  remedy: ${remedy}`].join('\n');
}
