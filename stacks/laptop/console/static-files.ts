/** The pages, as they lie in the checkout, and the charting library, as its package brings it: nothing is built. */
import fastifyStatic from '@fastify/static';
import type { FastifyInstance } from 'fastify';

interface Folders {
  readonly pages: string;
  readonly charts: string;
}

/** Of the package, what a browser needs. */
const CHART_FILES = new Set(['/uPlot.esm.js', '/uPlot.min.css']);

export async function addPages(app: FastifyInstance, { pages, charts }: Folders): Promise<void> {
  await app.register(fastifyStatic, { root: pages, cacheControl: false });
  await app.register(fastifyStatic, {
    root: charts,
    prefix: '/charts/',
    decorateReply: false,
    cacheControl: false,
    index: false,
    allowedPath: (path) => CHART_FILES.has(path),
  });
}
