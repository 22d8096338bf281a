/**
 * Configuration files inside ConfigMaps as data, so that a diff can name the setting that changed.
 */
import { parse } from 'yaml';

/** @returns undefined for a text in no format that is known here */
export function parsedConfig(path: string, text: string): unknown {
  const file = /\["([^"\]]+)"\]$/.exec(path)?.[1] ?? '';
  const parser = PARSERS[file] ?? PARSERS[file.split('.').at(-1) ?? ''];
  try {
    const parsed = parser?.(text);
    return typeof parsed === 'object' && parsed !== null ? parsed : undefined;
  } catch {
    // A text that its own format does not know is compared as text.
    return undefined;
  }
}

/** By the name of the file, or by its extension. */
const PARSERS: Readonly<Record<string, (text: string) => unknown>> = {
  'topics.txt': topics,
  // One grant a line.
  'acls.txt': (text) => Object.fromEntries(linesOf(text).map((line) => [line, 'granted'])),
  yaml: (text) => parse(text) as unknown,
  yml: (text) => parse(text) as unknown,
  json: (text) => JSON.parse(text) as unknown,
  properties: (text) =>
    Object.fromEntries(
      text
        .split('\n')
        .filter((line) => line.includes('=') && !line.startsWith('#'))
        .map((line) => [line.slice(0, line.indexOf('=')).trim(), line.slice(line.indexOf('=') + 1).trim()]),
    ),
  sql: statements,
};

/** Kafka's topics by name, as `constructs/buffer/kafka-admin.ts` writes them: name, partitions, copies, settings. */
function topics(text: string): unknown {
  return Object.fromEntries(
    linesOf(text).map((line) => {
      const [name, partitions, copies, settings = ''] = line.split(' ');
      const pairs = settings.split(',').map((setting) => setting.split('='));
      return [
        name,
        {
          partitions: Number(partitions),
          copies: Number(copies),
          settings: Object.fromEntries(pairs) as unknown,
        },
      ];
    }),
  ) as unknown;
}

function linesOf(text: string): string[] {
  return text.split('\n').filter((line) => line !== '');
}

/** Each statement by the table that it makes or alters, with its time to live apart from the rest. */
function statements(text: string): unknown {
  const taken = new Set<string>();
  const entries = text
    .split(/;\s*(?:\n|$)/)
    .map((statement) => statement.trim())
    .filter((statement) => statement !== '')
    .map((statement) => {
      const ttl = /\bTTL\s+([^\n]+)/.exec(statement)?.[1];
      const rest = statement.replace(/\bTTL\s+[^\n]+/, 'TTL …');
      return [
        unused(statementName(rest), taken),
        ttl === undefined ? { statement: rest } : { statement: rest, TTL: ttl },
      ];
    });
  return Object.fromEntries(entries) as unknown;
}

/** `otel.traces` for what makes it, `ALTER otel.traces` for what alters it later. */
function statementName(statement: string): string {
  const made = /^CREATE\s[\w\s]*?(?:IF NOT EXISTS\s+)?([\w.`"]+)\s*(?=\(|ON\b|TO\b|AS\b|ENGINE\b|$)/i.exec(
    statement,
  )?.[1];
  const altered = /^ALTER\s+TABLE\s+([\w.`"]+)/i.exec(statement)?.[1];
  const name = made ?? (altered === undefined ? statement.slice(0, 60) : `ALTER ${altered}`);
  return name.replaceAll('`', '');
}

function unused(name: string, taken: Set<string>): string {
  let free = name;
  for (let count = 2; taken.has(free); count += 1) free = `${name} (${count})`;
  taken.add(free);
  return free;
}
