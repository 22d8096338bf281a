/**
 * A container of a pod's manifest → what the node starts.
 */
import { fieldsAt, listAt, numberAt, textAt, type Fields } from '../../manifest-data';
import type { ContainerPlan, MountPlan } from '../cluster-plan';
import { Obstacle } from './plan-obstacle';
import { environmentOf, type EnvironmentContext } from './pod-environment';
import { probesOf } from './pod-probes';
import { expandVariables } from './pod-variables';
import type { Program, Programs } from '../programs';
import { parseQuantity } from './resources';
import type { DeclaredVolume } from './volumes';

export interface ContainerContext extends EnvironmentContext {
  readonly volumes: readonly DeclaredVolume[];
  readonly programs: Programs;
  /** By how much memory limits are multiplied. */
  readonly memoryScale: number;
}

/** @throws Obstacle, with the container's name */
export function containerPlan(container: Fields, context: ContainerContext): ContainerPlan {
  const name = textAt(container, 'name') ?? '?';
  try {
    return planned(name, container, context);
  } catch (error) {
    if (error instanceof Obstacle) throw new Obstacle(`container ${name}: ${error.message}`);
    throw error;
  }
}

function planned(name: string, container: Fields, context: ContainerContext): ContainerPlan {
  const image = textAt(container, 'image') ?? '';
  const program = context.programs.find(image);
  if (!program.found) throw new Obstacle(program.because);
  const variables = environmentOf(container, context);
  return {
    name,
    image,
    argv: argvOf(container, program, variables),
    env: { ...program.env, HOSTNAME: context.pod.name, ...variables },
    workingDir: textAt(container, 'workingDir'),
    ...identityOf(container, context.podSpec, program),
    mounts: listAt(container, 'volumeMounts').map((mount) => mountPlan(mount, variables, context.volumes)),
    imageFiles: program.files,
    probes: probesOf(container),
    limits: limitsOf(container, context.memoryScale),
    standIn: program.standIn,
  };
}

/** `command` replaces the image's entrypoint, and its default arguments with it; `args` follow either. */
function argvOf(
  container: Fields,
  program: Program,
  variables: Readonly<Record<string, string>>,
): [string, ...string[]] {
  const expanded = (list: string): string[] =>
    listAt(container, list).map((part) => expandVariables(String(part), variables));
  const [first, ...rest] = [...expanded('command'), ...expanded('args')];
  if (first === undefined || listAt(container, 'command').length === 0) {
    return [...program.entrypoint, ...expanded('args')];
  }
  return [first, ...rest];
}

/** The container's word goes before the pod's, and that before the image's. */
function identityOf(
  container: Fields,
  podSpec: Fields,
  program: Program,
): Pick<ContainerPlan, 'user' | 'group'> {
  const asked = (field: string): number | undefined =>
    numberAt(container, 'securityContext', field) ?? numberAt(podSpec, 'securityContext', field);
  const user = asked('runAsUser');
  // A user whom the image does not know is of group 0.
  const group = user === undefined || user === program.user ? program.user : 0;
  return { user: user ?? program.user, group: asked('runAsGroup') ?? group };
}

function limitsOf(container: Fields, memoryScale: number): ContainerPlan['limits'] {
  const limits = fieldsAt(container, 'resources', 'limits');
  const memory = parseQuantity(limits.memory);
  return {
    cpus: parseQuantity(limits.cpu),
    memoryBytes: memory === undefined ? undefined : Math.ceil(memory * memoryScale),
  };
}

function mountPlan(
  mount: unknown,
  variables: Readonly<Record<string, string>>,
  volumes: readonly DeclaredVolume[],
): MountPlan {
  const volume = textAt(mount, 'name') ?? '?';
  const path = textAt(mount, 'mountPath') ?? '';
  const declared = volumes.find(({ plan }) => plan.name === volume);
  if (declared === undefined)
    throw new Obstacle(`mounts volume ${volume} at ${path}, which the pod does not have`);
  const expression = textAt(mount, 'subPathExpr');
  return {
    path,
    volume,
    subPath: expression === undefined ? textAt(mount, 'subPath') : expandVariables(expression, variables),
    // Kubernetes mounts files of ConfigMaps, Secrets and the like read-only, whatever is asked for.
    readOnly: declared.readOnly || declared.plan.kind === 'files' || fieldsAt(mount).readOnly === true,
  };
}
