/** In which format an answer is sent: `format=` decides, else `Accept`. */
import type { FastifyRequest } from 'fastify';

import { apiProblem } from '../problems';

export const FORMATS = {
  json: 'application/json',
  csv: 'text/csv',
  ndjson: 'application/x-ndjson',
} as const;

export type Format = keyof typeof FORMATS;

export const FORMAT_NAMES = Object.keys(FORMATS) as readonly Format[];

export function formatOf(request: FastifyRequest, wanted: string | undefined): Format {
  if (wanted !== undefined) {
    const named = FORMAT_NAMES.find((name) => name === wanted);
    if (named !== undefined) return named;
    throw apiProblem('unknown-format', `format=${wanted}: known are ${FORMAT_NAMES.join(', ')}`);
  }
  const { accept } = request.headers;
  if (accept === undefined || accept === '*/*') return 'json';
  return accepted(accept);
}

/** The one with the highest quality; ours first where they are equal (RFC 9110, 12.5.1). */
function accepted(accept: string): Format {
  const ranges = accept.split(',').map((range) => {
    const [type = '', ...parameters] = range.split(';').map((part) => part.trim().toLowerCase());
    const quality = parameters.find((parameter) => parameter.startsWith('q='))?.slice(2);
    return { type, quality: quality === undefined ? 1 : Number(quality) || 0 };
  });
  const [best] = FORMAT_NAMES.map((name) => ({ name, quality: qualityOf(FORMATS[name], ranges) }))
    .filter(({ quality }) => quality > 0)
    .sort((a, b) => b.quality - a.quality);
  if (best !== undefined) return best.name;
  throw apiProblem('not-acceptable', `offered are ${Object.values(FORMATS).join(', ')}`);
}

/** The most specific range counts. */
function qualityOf(
  mediaType: string,
  ranges: readonly { readonly type: string; readonly quality: number }[],
): number {
  const group = `${mediaType.split('/')[0] ?? ''}/*`;
  for (const type of [mediaType, group, '*/*']) {
    const range = ranges.find((each) => each.type === type);
    if (range !== undefined) return range.quality;
  }
  return 0;
}
