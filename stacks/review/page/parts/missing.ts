/** An identifier that the document does not have, e.g. in an old link. */
import type { Drawn } from '../context';
import { pageHead } from './page-head';

export function missing(what: string, id: string): Drawn {
  return {
    title: 'Not found',
    content: [
      pageHead({
        title: 'Not found',
        lead: `This environment has no ${what} “${id}”: the link is of another state of it.`,
      }),
    ],
  };
}
