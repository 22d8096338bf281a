/** Keys: who has one, a new one, and the end of one. For admins. */
import { Type, type Static } from '@sinclair/typebox';

import type { HttpApp } from '../../shared/http-app';
import type { StoredKey } from '../access/api-key';
import { MAX_KEY_NAME_CHARS } from '../access/key-file';
import { ENVIRONMENT_KEY_ID, type KeyRing } from '../access/key-ring';
import { apiProblem, refusals } from '../problems';
import { parseTime, TIME_PATTERN } from '../queries/time';
import { answerOf } from './schemas';

const ROLE = Type.Union([Type.Literal('read'), Type.Literal('admin')]);

const FIELDS = {
  id: Type.String(),
  name: Type.String(),
  role: ROLE,
  createdAt: Type.String({ format: 'date-time' }),
  expiresAt: Type.Optional(Type.String({ format: 'date-time' })),
  revokedAt: Type.Optional(Type.String({ format: 'date-time' })),
};

const Key = Type.Object(FIELDS);

const NewKey = Type.Object(
  {
    name: Type.String({
      minLength: 1,
      maxLength: MAX_KEY_NAME_CHARS,
      pattern: '^[^\\u0000-\\u001f\\u007f-\\u009f]+$',
      description: 'for people: whose it is, and what for',
    }),
    role: ROLE,
    expiresAt: Type.Optional(
      Type.String({
        pattern: TIME_PATTERN,
        description: 'in the future; without it, the key does not expire',
      }),
    ),
  },
  { additionalProperties: false },
);

const COMMON = { tags: ['keys'] };

export function addKeyRoutes(app: HttpApp, keys: KeyRing): void {
  app.get(
    '/v1/admin/keys',
    {
      schema: {
        ...COMMON,
        operationId: 'listKeys',
        summary: 'All keys of the file',
        response: { 200: answerOf(Type.Object({ keys: Type.Array(Key) }), 'The keys'), ...refusals() },
      },
    },
    (_request, reply) => reply.send({ keys: keys.list().map(shown) }),
  );
  app.post(
    '/v1/admin/keys',
    {
      schema: {
        ...COMMON,
        operationId: 'createKey',
        summary: 'A new key',
        description: 'The key is in this answer and nowhere else: only its SHA-256 is kept.',
        body: NewKey,
        response: {
          201: answerOf(Type.Object({ ...FIELDS, key: Type.String() }), 'The key, which is shown this once'),
          ...refusals(
            'malformed-body',
            'body-too-large',
            'unsupported-media-type',
            'invalid-expiry',
            'too-many-keys',
            'keys-not-writable',
          ),
        },
      },
    },
    async (request, reply) => {
      const { name, role, expiresAt } = request.body;
      const created = await keys.create({ name, role, expiresAt: expiryOf(expiresAt) });
      request.log.info({ by: request.identity?.id, key: created.stored.id, role }, 'a key was made');
      return reply.code(201).send({ ...shown(created.stored), key: created.key });
    },
  );
  app.delete(
    '/v1/admin/keys/:id',
    {
      schema: {
        ...COMMON,
        operationId: 'revokeKey',
        summary: 'The end of a key',
        description: 'Whoever uses it is told that it was revoked. The key that asks cannot revoke itself.',
        params: Type.Object({ id: Type.String({ pattern: '^[A-Za-z0-9._-]{1,64}$' }) }),
        response: {
          200: answerOf(Key, 'The key as it is now'),
          ...refusals('unknown-key', 'key-not-revocable', 'keys-not-writable'),
        },
      },
    },
    async (request, reply) => {
      const { id } = request.params;
      if (id === ENVIRONMENT_KEY_ID) {
        throw apiProblem('key-not-revocable', 'this key is API_KEY: change the variable, and start anew');
      }
      if (id === request.identity?.id) {
        throw apiProblem('key-not-revocable', 'this is the key that you use: revoke it with another one');
      }
      const revoked = await keys.revoke(id);
      request.log.info({ by: request.identity?.id, key: id }, 'a key was revoked');
      return reply.send(shown(revoked));
    },
  );
}

function shown({ id, name, role, createdAt, expiresAt, revokedAt }: StoredKey): Static<typeof Key> {
  return {
    id,
    name,
    role,
    createdAt,
    ...(expiresAt === undefined ? {} : { expiresAt }),
    ...(revokedAt === undefined ? {} : { revokedAt }),
  };
}

function expiryOf(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  const nowUs = Date.now() * 1000;
  const us = parseTime(text, nowUs);
  if (us !== undefined && us > nowUs) return new Date(Math.floor(us / 1000)).toISOString();
  throw apiProblem('invalid-expiry', `expiresAt ${text}: a time in the future, up to 2255, is needed`);
}
