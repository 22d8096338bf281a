import { DEVELOPMENT_VCPUS, SIZED, sizeLimit } from '../instance-sizes';
import type { CloudRule } from '../rule';

export const modestInstancesInDevelopment: CloudRule = {
  id: 'modest-instances-in-development',
  title: 'Development runs on modest machines',
  severity: 'low',
  reason: 'A production size that was copied costs every month and is noticed in the bill.',
  remedy: `Take a size of ${DEVELOPMENT_VCPUS} vCPUs or fewer, without a GPU`,
  appliesTo: SIZED,
  onlyIn: ['dev'],
  validations: sizeLimit(DEVELOPMENT_VCPUS),
};
