/**
 * Redaction of attributes, as OTTL statements: removed, or their values replaced, wherever a signal carries them.
 */
import type { Telemetry } from '../../core/endpoint';
import { ottlString } from './ottl';
import type { StatementGroup, TransformProcessor } from './processors';

export interface Redaction {
  /** Keys of attributes that vanish. */
  readonly delete: readonly string[];
  /** Keys of attributes whose values are replaced by `****`, so that one still sees that they were there. */
  readonly mask: readonly string[];
}

const MASK = '****';

/** Where a signal has attributes. Those of span links cannot be reached by key. */
const CONTEXTS = {
  traces: ['resource', 'scope', 'span', 'spanevent'],
  metrics: ['resource', 'scope', 'datapoint'],
  logs: ['resource', 'scope', 'log'],
} as const satisfies Readonly<Record<Telemetry, readonly StatementGroup['context'][]>>;

export function isRedacting(redaction: Redaction): boolean {
  return redaction.delete.length + redaction.mask.length > 0;
}

export function redactionProcessor(signal: Telemetry, redaction: Redaction): TransformProcessor {
  return transform(
    signal,
    CONTEXTS[signal].map((context) => ({ context, statements: redactionStatements(context, redaction) })),
  );
}

export function transform(signal: Telemetry, statements: readonly StatementGroup[]): TransformProcessor {
  const error_mode = 'propagate' as const;
  switch (signal) {
    case 'traces':
      return { error_mode, trace_statements: statements };
    case 'metrics':
      return { error_mode, metric_statements: statements };
    case 'logs':
      return { error_mode, log_statements: statements };
  }
}

function redactionStatements(context: StatementGroup['context'], redaction: Redaction): string[] {
  const map = `${context}.attributes`;
  const deletions = redaction.delete.map(ottlString);
  const masks = redaction.mask.map(ottlString);
  const statements = [
    ...deletions.map((key) => `delete_key(${map}, ${key})`),
    ...masks.map((key) => `set(${map}[${key}], "${MASK}") where ${map}[${key}] != nil`),
  ];
  if (context !== 'log') return statements;
  // A structured body has keys, too.
  return [
    ...statements,
    ...deletions.map((key) => `delete_key(log.body, ${key}) where IsMap(log.body)`),
    ...masks.map(
      (key) => `set(log.body[${key}], "${MASK}") where IsMap(log.body) and log.body[${key}] != nil`,
    ),
  ];
}

/** What is wrong with the keys, as a sentence; undefined when nothing is. */
export function redactionMistake(redaction: Redaction): string | undefined {
  const keys = [...redaction.delete, ...redaction.mask];
  if (keys.some((key) => key.trim() === '')) return 'an attribute has a name';
  const twice = keys.find((key, index) => keys.indexOf(key) !== index);
  return twice === undefined
    ? undefined
    : `an attribute is deleted or masked, and once: "${twice}" stands twice`;
}
