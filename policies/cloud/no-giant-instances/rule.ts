import { LARGEST_VCPUS, SIZED, sizeLimit } from '../instance-sizes';
import type { CloudRule } from '../rule';

export const noGiantInstances: CloudRule = {
  id: 'no-giant-instances',
  title: 'No machine is larger than the platform can use',
  severity: 'medium',
  reason:
    'The largest sizes are for other work; by mistake they cost more in a day than the platform in a week.',
  remedy: `Take a size of ${LARGEST_VCPUS} vCPUs or fewer, without a GPU, and more machines`,
  appliesTo: SIZED,
  validations: sizeLimit(LARGEST_VCPUS),
};
