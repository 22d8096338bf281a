/**
 * An environment as the loopback cluster runs it: its synthesised objects, the part of the cloud played by stand-ins, and
 * the Secrets that operators would make.
 */
import type { Synthesis } from '../synthesis';
import { azureOutside } from './azure-outside';
import type { ClusterPlan } from './cluster-plan';
import { planCluster, type ClusterInputs } from './plan/plan';
import type { WavedObject } from './plan/plan-objects';
import type { Programs } from './programs';
import { localSecrets, type LocalSecrets } from './secrets/secrets';

export interface EnvironmentPlanInputs extends Pick<
  ClusterInputs,
  'only' | 'scale' | 'atMost' | 'memoryScale'
> {
  readonly synthesis: Synthesis;
  /** What is run instead of the synthesised objects, e.g. weakened ones for a proof. @default those */
  readonly objects?: readonly WavedObject[];
  readonly programs: Programs;
  /** Where the generated secrets are kept; made when it is not there. */
  readonly stateFolder: string;
  /** Decides which certificates are near their end. */
  readonly now: Date;
}

export interface EnvironmentPlan {
  readonly plan: ClusterPlan;
  readonly secrets: LocalSecrets;
}

export function planEnvironment(inputs: EnvironmentPlanInputs): EnvironmentPlan {
  const { synthesis, programs, stateFolder, now, only, scale, atMost, memoryScale } = inputs;
  const outside = azureOutside(synthesis.platform, inputs.objects ?? synthesis.objects);
  const secrets = localSecrets(
    stateFolder,
    outside.objects.map(({ object }) => object),
    now,
  );
  const plan = planCluster({
    name: synthesis.environment,
    objects: outside.objects,
    programs,
    secrets,
    cloud: outside.cloud,
    outsiders: outside.outsiders,
    // Whoever narrows the cluster still needs the cloud.
    ...(only === undefined ? {} : { only: [...only, ...outside.outsiders.map(({ workload }) => workload)] }),
    ...(scale === undefined ? {} : { scale }),
    ...(atMost === undefined ? {} : { atMost }),
    ...(memoryScale === undefined ? {} : { memoryScale }),
  });
  return { plan, secrets };
}
