/** How far each source is. */
import { Type } from '@sinclair/typebox';

import type { HttpApp } from '../../shared/http-app';
import type { SourceStatus } from '../source/source-status';
import { refusals, SECURED } from './schemas';

/** Of a folder with more files, those that come last are shown. */
const MAX_SHOWN = 1000;

const Source = Type.Object({
  name: Type.String({ description: 'a path, or - for standard input' }),
  kind: Type.String({ description: 'file or stdin' }),
  state: Type.String({ description: 'waiting, reading, blocked, finished, failed or stopped' }),
  reason: Type.Optional(Type.String({ description: 'why it is blocked or failed' })),
  sizeBytes: Type.Optional(Type.Integer()),
  offset: Type.Integer({ description: 'everything before this byte is in the queue, or rejected' }),
  line: Type.Integer({ description: 'the number of the line there' }),
  rowsRead: Type.Integer(),
  rowsPublished: Type.Integer(),
  rowsRejected: Type.Integer(),
});

const Sources = Type.Object({
  sources: Type.Array(Source),
  total: Type.Integer(),
  rejectsUnrecorded: Type.Integer({ description: 'rejected rows that the file of rejected rows has not' }),
});

export interface SourcesView {
  readonly sources: readonly SourceStatus[];
  readonly rejectsUnrecorded: number;
}

export function addSourcesRoute(app: HttpApp, view: () => SourcesView): void {
  app.get(
    '/sources',
    {
      schema: {
        ...SECURED,
        tags: ['sources'],
        summary: 'Progress of files and standard input',
        response: { 200: Sources, ...refusals() },
      },
    },
    () => {
      const { sources, rejectsUnrecorded } = view();
      return { sources: sources.slice(-MAX_SHOWN).map(shown), total: sources.length, rejectsUnrecorded };
    },
  );
}

function shown({ name, kind, state, reason, sizeBytes, position, counts }: SourceStatus) {
  return {
    name,
    kind,
    state,
    ...(reason === undefined ? {} : { reason }),
    ...(sizeBytes === undefined ? {} : { sizeBytes }),
    offset: position.offset,
    line: position.line,
    rowsRead: counts.read,
    rowsPublished: counts.published,
    rowsRejected: counts.rejected,
  };
}
