/**
 * A typed model of `filebeat.yml` for Filebeat 9.5: the keys that are used here. Source: Filebeat 9 documentation,
 * "filestream input", "Configure the internal queue", "Configure the Elasticsearch output", "Filter and enhance data".
 */
import {
  count,
  flag,
  goDuration,
  keys,
  listOf,
  oneOf,
  path,
  pattern,
  port,
  text,
  url,
  type Model,
} from './model';

const variable = pattern(/^\$\{[A-Z_]+\}$/);
const PARSERS: Model = listOf({
  anyOf: [
    keys(
      {
        container: keys({ stream: oneOf('all', 'stdout', 'stderr'), format: oneOf('auto', 'cri', 'docker') }),
      },
      ['container'],
    ),
    keys(
      {
        multiline: keys(
          { type: oneOf('pattern'), pattern: text, negate: flag, match: oneOf('after', 'before') },
          ['type', 'pattern', 'match'],
        ),
      },
      ['multiline'],
    ),
  ],
});

const INPUT = keys(
  {
    type: oneOf('filestream'),
    id: text,
    paths: listOf(path),
    'file_identity.fingerprint': { type: 'null' },
    'prospector.scanner.fingerprint': keys(
      // "The minimum value is 64", in bytes.
      { enabled: flag, offset: count, length: { type: 'integer', minimum: 64 } },
    ),
    'prospector.scanner.exclude_files': listOf(text),
    ignore_older: goDuration,
    clean_inactive: goDuration,
    fields_under_root: flag,
    fields: { type: 'object', additionalProperties: text },
    parsers: PARSERS,
  },
  ['type', 'id', 'paths'],
);

const WHEN = keys({ equals: { type: 'object', additionalProperties: text } });
const PROCESSORS: Model = listOf({
  anyOf: [
    keys({ add_fields: keys({ target: { type: 'string' }, fields: { type: 'object' } }, ['fields']) }, [
      'add_fields',
    ]),
    keys(
      {
        dissect: keys({ when: WHEN, field: text, tokenizer: text, target_prefix: { type: 'string' } }, [
          'field',
          'tokenizer',
        ]),
      },
      ['dissect'],
    ),
    keys(
      {
        add_kubernetes_metadata: keys({
          when: WHEN,
          host: variable,
          default_indexers: keys({ enabled: flag }),
          default_matchers: keys({ enabled: flag }),
          indexers: listOf(keys({ pod_uid: keys({}) }, ['pod_uid'])),
          matchers: listOf(
            keys({ logs_path: keys({ logs_path: path, resource_type: oneOf('pod', 'container') }) }, [
              'logs_path',
            ]),
          ),
        }),
      },
      ['add_kubernetes_metadata'],
    ),
  ],
});

export const FILEBEAT = keys(
  {
    filebeat: keys({ inputs: listOf(INPUT) }, ['inputs']),
    processors: PROCESSORS,
    'queue.disk': keys({ max_size: pattern(/^\d+(KiB|MiB|GiB|KB|MB|GB)$/) }, ['max_size']),
    output: keys(
      {
        elasticsearch: keys(
          {
            hosts: listOf(url),
            username: text,
            // In the file it would be readable by whoever reads the manifest.
            password: variable,
            index: text,
            'ssl.certificate_authorities': listOf(path),
            bulk_max_size: count,
            compression_level: { type: 'integer', minimum: 0, maximum: 9 },
            backoff: keys({ init: goDuration, max: goDuration }),
          },
          ['hosts'],
        ),
      },
      ['elasticsearch'],
    ),
    'setup.template.enabled': flag,
    'setup.ilm.enabled': flag,
    http: keys({ enabled: flag, host: text, port }),
  },
  ['filebeat', 'output'],
);
