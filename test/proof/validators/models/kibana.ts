/**
 * Typed models for Kibana 9.5: the settings and the saved objects that are used here. Source: Kibana 9 documentation,
 * "General settings", "Security settings", and the attributes of an export of saved objects.
 */
import { flag, keys, listOf, oneOf, path, pattern, port, text, url, type Model } from './model';

const secret = pattern(/^\$\{[A-Z_]+\}$/);

export const KIBANA_SETTINGS = keys(
  {
    'server.host': text,
    'server.port': port,
    // "Cannot end with a slash."
    'server.publicBaseUrl': pattern(/^https:\/\/[A-Za-z0-9.:-]+$/),
    'server.shutdownTimeout': pattern(/^\d+s$/),
    'path.data': path,
    'elasticsearch.hosts': listOf(url),
    // "elastic" is forbidden: it is a superuser.
    'elasticsearch.username': { ...text, not: { const: 'elastic' } },
    'elasticsearch.password': secret,
    'elasticsearch.ssl.certificateAuthorities': listOf(path),
    'elasticsearch.ssl.verificationMode': oneOf('full', 'certificate', 'none'),
    'xpack.security.encryptionKey': secret,
    'xpack.security.secureCookies': flag,
    'xpack.encryptedSavedObjects.encryptionKey': secret,
    'xpack.reporting.encryptionKey': secret,
    'xpack.fleet.isAirGapped': flag,
    'status.allowAnonymous': flag,
    'telemetry.enabled': flag,
    'newsfeed.enabled': flag,
    'map.includeElasticMapsService': flag,
    'logging.root.level': oneOf('info', 'warn', 'error'),
    'logging.appenders.default': keys({
      type: oneOf('console'),
      layout: keys({ type: oneOf('json', 'pattern') }),
    }),
  },
  ['server.publicBaseUrl', 'elasticsearch.hosts'],
);

const searchSource = keys({ searchSourceJSON: text }, ['searchSourceJSON']);

function savedObject(type: string, attributes: Readonly<Record<string, Model>>): Model {
  return keys(
    {
      id: text,
      type: { const: type },
      attributes: keys(attributes, ['title']),
      references: {
        type: 'array',
        items: keys({ id: text, name: text, type: oneOf('index-pattern', 'search', 'visualization') }, [
          'id',
          'name',
          'type',
        ]),
      },
      coreMigrationVersion: text,
      typeMigrationVersion: text,
    },
    ['id', 'type', 'attributes', 'references'],
  );
}

export const SAVED_OBJECTS: Model = listOf({
  anyOf: [
    savedObject('index-pattern', { title: text, name: text, timeFieldName: text, allowNoIndex: flag }),
    savedObject('search', {
      title: text,
      description: text,
      columns: listOf(text),
      sort: listOf({ type: 'array', items: text, minItems: 2, maxItems: 2 }),
      kibanaSavedObjectMeta: searchSource,
    }),
    savedObject('visualization', {
      title: text,
      description: text,
      uiStateJSON: text,
      visState: text,
      kibanaSavedObjectMeta: searchSource,
    }),
    savedObject('dashboard', {
      title: text,
      description: text,
      panelsJSON: text,
      optionsJSON: text,
      timeRestore: flag,
      timeFrom: text,
      timeTo: text,
      kibanaSavedObjectMeta: searchSource,
    }),
  ],
});
