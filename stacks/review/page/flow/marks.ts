/** The picture knows what changed in the graph; the review knows of objects, too: a box is marked when either says so. */
import type { ReviewDocument } from '../../review-document';

export function withChanges(review: ReviewDocument): ReviewDocument {
  const { picture, changes } = review;
  if (changes === undefined) return review;
  const components = new Map(changes.components.map(({ name, change }) => [name, change]));
  return {
    ...review,
    picture: {
      ...picture,
      nodes: picture.nodes.map((node) => {
        const mark = node.mark ?? components.get(node.id);
        return mark === undefined ? node : { ...node, mark };
      }),
    },
  };
}
