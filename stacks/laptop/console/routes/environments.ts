/** What `npm start` synthesised: a list, and the files as text. */
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';

import fastifyStatic from '@fastify/static';
import type { FastifyInstance } from 'fastify';

import type { ConsoleOptions } from '../app';

interface OutputFile {
  readonly path: string;
  readonly bytes: number;
}

const MAX_FILES = 2000;

export async function addEnvironmentRoutes(
  app: FastifyInstance,
  { outputFolder }: Pick<ConsoleOptions, 'outputFolder'>,
): Promise<void> {
  app.get('/api/environments', async () => ({
    folder: outputFolder,
    environments: await Promise.all(
      (await foldersOf(outputFolder)).map(async (name) => ({
        name,
        files: await filesOf(join(outputFolder, name)),
      })),
    ),
  }));
  await app.register(fastifyStatic, {
    root: outputFolder,
    prefix: '/output/',
    decorateReply: false,
    index: false,
    cacheControl: false,
    contentType: false,
    // YAML and the like would be saved; as text they are shown.
    setHeaders: (response) => {
      response.setHeader('content-type', 'text/plain; charset=utf-8');
    },
  });
}

/** Names of the environments that were synthesised; none without the folder. */
export async function foldersOf(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  return entries
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
    .sort();
}

async function filesOf(folder: string): Promise<readonly OutputFile[]> {
  const paths = await readdir(folder, { recursive: true });
  const files = await Promise.all(
    paths.slice(0, MAX_FILES).map(async (path) => {
      const found = await stat(join(folder, path));
      return found.isFile() ? [{ path, bytes: found.size }] : [];
    }),
  );
  return files.flat().sort((a, b) => (a.path < b.path ? -1 : 1));
}
