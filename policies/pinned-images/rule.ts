import { ALL_CONTAINERS, POD_CARRIERS, POD_SPEC } from '../pod-spec';
import type { Rule } from '../rule';

export const pinnedImages: Rule = {
  id: 'pinned-images',
  title: 'Images are pinned to a version or a digest',
  severity: 'high',
  reason:
    'A moving tag lets two pods of one workload run different programs, and a restart become an upgrade.',
  remedy:
    'Give the image the tag of a release (at least major and minor, such as 3.7.1) or its sha256 digest',
  appliesTo: POD_CARRIERS,
  variables: [POD_SPEC, ALL_CONTAINERS],
  validations: [
    {
      expression: `variables.allContainers.all(c, has(c.image) &&
        (c.image.matches('@sha256:[0-9a-f]{64}$') || c.image.matches(':v?[0-9]+[.][0-9]+[0-9A-Za-z._-]*$')))`,
      message: 'An image has neither the tag of a release nor a digest',
    },
  ],
};
