/** The review page of each environment, with the policy that it brings: the console's would keep its script from running. */
import { readFile } from 'node:fs/promises';

import { Type } from '@sinclair/typebox';
import type { FastifyInstance } from 'fastify';

import type { ConsoleOptions } from '../app';
import { consoleProblem } from '../problems';
import { foldersOf } from './environments';

/** Beside what stands in the page: frames can only be refused by a header. */
const POLICY = "frame-ancestors 'none'";

const PARAMS = Type.Object({ environment: Type.String() });

export function addReviewRoutes(
  app: FastifyInstance,
  { outputFolder, reviews }: Pick<ConsoleOptions, 'outputFolder' | 'reviews'>,
): void {
  app.get<{ Params: { environment: string } }>(
    '/review/:environment/',
    { schema: { params: PARAMS } },
    async ({ params: { environment } }, reply) => {
      const known = await foldersOf(outputFolder);
      if (!known.includes(environment)) {
        throw consoleProblem('unknown-environment', `known are: ${known.join(', ') || 'none'}`);
      }
      const page = await pageOf(environment);
      return reply.header('content-security-policy', POLICY).type('text/html; charset=utf-8').send(page);
    },
  );

  async function pageOf(environment: string): Promise<Buffer> {
    try {
      return await readFile(await reviews.pageOf(environment));
    } catch (error) {
      throw consoleProblem('no-review', error instanceof Error ? error.message : String(error));
    }
  }
}
