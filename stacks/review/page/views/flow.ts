/** The data flow as a picture. */
import type { Context, Drawn } from '../context';
import { flowView as picture } from '../flow/flow-view';
import { pageHead } from '../parts/page-head';

export function flowView(context: Context, [selected]: readonly string[]): Drawn {
  return {
    title: selected === undefined ? 'Flow' : `Flow: ${selected}`,
    content: [
      pageHead({
        title: 'Flow',
        lead: 'How telemetry flows, drawn from the same graph as policies and scrape jobs. Select a box or a line for what it is.',
      }),
      picture(context.review, { open: context.open, ...(selected === undefined ? {} : { selected }) }),
    ],
  };
}
