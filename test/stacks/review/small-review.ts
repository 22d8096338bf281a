/** The small environment as the review sees it, for the tests of its tables. */
import { gatherReview } from '../../../stacks/review/gather';
import type { ReviewDocument } from '../../../stacks/review/review-document';
import { smallEnvironment, type SmallProps } from '../small-platform';

export const AS_OF = '2026-06-01';

export function smallReview(props: SmallProps = {}): Promise<ReviewDocument> {
  return gatherReview(props.name ?? 'small-dev', smallEnvironment(props), { asOf: AS_OF });
}
