/**
 * A pod's volumes: files with their content, scratch space and claims.
 */
import { fieldsAt, listAt, namespacedName, numberAt, textAt, type Fields } from '../../manifest-data';
import type { FilePlan, VolumePlan } from '../cluster-plan';
import type { PlanObjects } from './plan-objects';
import { Obstacle } from './plan-obstacle';
import { fieldValue, resourceValue, type PodIdentity } from './pod-identity';
import { parseBytes } from './resources';

export interface VolumeContext {
  readonly pod: PodIdentity;
  readonly podSpec: Fields;
  readonly objects: PlanObjects;
}

/** A volume with what its own declaration says of the mounts. */
export interface DeclaredVolume {
  readonly plan: VolumePlan;
  readonly readOnly: boolean;
}

type Files = Readonly<Record<string, FilePlan>>;
type VolumeKind = (source: Fields, name: string, context: VolumeContext) => VolumePlan;

/** Kubernetes' own. */
const DEFAULT_MODE = 0o644;

const KINDS: Readonly<Record<string, VolumeKind>> = {
  configMap: (source, name, context) => files(name, configMapFiles(source, context, modeOf(source))),
  secret: (source, name, context) =>
    files(name, secretFiles({ ...source, name: source.secretName }, context, modeOf(source))),
  downwardAPI: (source, name, context) => files(name, downwardFiles(source, context, modeOf(source))),
  projected: (source, name, context) => files(name, projectedFiles(source, context)),
  emptyDir: (source, name) => ({ kind: 'scratch', name, sizeBytes: parseBytes(source.sizeLimit) }),
  ephemeral: (source, name) => ({
    kind: 'scratch',
    name,
    sizeBytes: claimBytes(fieldsAt(source, 'volumeClaimTemplate')),
  }),
  persistentVolumeClaim: (source, name, { pod, objects }) => {
    const claim = textAt(source, 'claimName') ?? '';
    return claimVolume(name, pod.namespace, claim, objects.claim(pod.namespace, claim));
  },
};

/**
 * Those of the pod's specification; a StatefulSet's claims come beside them.
 * @throws Obstacle
 */
export function volumesOf(context: VolumeContext): DeclaredVolume[] {
  return listAt(context.podSpec, 'volumes').map((volume) => {
    const { name, ...sources } = fieldsAt(volume);
    // A volume without a source is an emptyDir.
    const [kind = 'emptyDir', source] = Object.entries(sources)[0] ?? [];
    const make = KINDS[kind];
    if (make === undefined)
      throw new Obstacle(`volume ${String(name)} is of kind ${kind}, which is not to be had here`);
    return {
      plan: make(fieldsAt(source), String(name), context),
      readOnly: fieldsAt(source).readOnly === true,
    };
  });
}

/** @param declaration the claim itself, or the template that it is made of */
export function claimVolume(
  name: string,
  namespace: string,
  claim: string,
  declaration: unknown,
): VolumePlan {
  return { kind: 'claim', name, claim: namespacedName(namespace, claim), sizeBytes: claimBytes(declaration) };
}

/** What a claim, or a template of claims, asks for. */
function claimBytes(claim: unknown): number {
  return parseBytes(fieldsAt(claim, 'spec', 'resources', 'requests').storage) ?? 0;
}

function files(name: string, content: Files): VolumePlan {
  return { kind: 'files', name, files: content };
}

function modeOf(source: Fields): number {
  return numberAt(source, 'defaultMode') ?? DEFAULT_MODE;
}

function configMapFiles(source: Fields, { pod, objects }: VolumeContext, mode: number): Files {
  const name = textAt(source, 'name') ?? '';
  const data = objects.configMap(pod.namespace, name, source.optional === true);
  return chosen(`ConfigMap ${pod.namespace}/${name}`, data, source, mode, false);
}

function secretFiles(source: Fields, { pod, objects }: VolumeContext, mode: number): Files {
  const name = textAt(source, 'name') ?? '';
  const data = objects.secret(pod.namespace, name, source.optional === true);
  return chosen(`Secret ${pod.namespace}/${name}`, data, source, mode, true);
}

/** All keys as files of their names, or the items alone at their paths. */
function chosen(
  what: string,
  data: Readonly<Record<string, string>> | undefined,
  source: Fields,
  mode: number,
  secret: boolean,
): Files {
  if (data === undefined) return {};
  if (source.items === undefined) {
    return Object.fromEntries(Object.entries(data).map(([key, content]) => [key, { content, mode, secret }]));
  }
  return Object.fromEntries(
    listAt(source, 'items').flatMap((item) => {
      const key = textAt(item, 'key') ?? '';
      const content = Object.hasOwn(data, key) ? data[key] : undefined;
      if (content === undefined && source.optional === true) return [];
      if (content === undefined) throw new Obstacle(`${what} has no key ${key}`);
      return [[textAt(item, 'path') ?? key, { content, mode: numberAt(item, 'mode') ?? mode, secret }]];
    }),
  );
}

function downwardFiles(source: Fields, { pod, podSpec }: VolumeContext, mode: number): Files {
  return Object.fromEntries(
    listAt(source, 'items').map((item) => {
      const fieldPath = textAt(item, 'fieldRef', 'fieldPath');
      const content =
        fieldPath === undefined
          ? resourceValue(fieldsAt(item).resourceFieldRef, undefined, podSpec)
          : fieldValue(pod, fieldPath);
      return [textAt(item, 'path') ?? '', { content, mode: numberAt(item, 'mode') ?? mode, secret: false }];
    }),
  );
}

function projectedFiles(source: Fields, context: VolumeContext): Files {
  const mode = modeOf(source);
  const parts = listAt(source, 'sources').map((part): Files => {
    const { configMap, secret, downwardAPI, serviceAccountToken, ...other } = fieldsAt(part);
    if (configMap !== undefined) return configMapFiles(fieldsAt(configMap), context, mode);
    if (secret !== undefined) return secretFiles(fieldsAt(secret), context, mode);
    if (downwardAPI !== undefined) return downwardFiles(fieldsAt(downwardAPI), context, mode);
    if (serviceAccountToken !== undefined) return tokenFile(fieldsAt(serviceAccountToken), context.pod, mode);
    throw new Obstacle(`a projected volume's ${Object.keys(other).join(', ')} is not to be had here`);
  });
  return Object.assign({}, ...parts) as Files;
}

/** Has the form of a token and is signed by nobody: there is no API server whose word it could be. */
function tokenFile(source: Fields, { namespace, serviceAccount }: PodIdentity, mode: number): Files {
  const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const claims = {
    iss: 'https://kubernetes.default.svc.cluster.local',
    aud: [textAt(source, 'audience') ?? 'https://kubernetes.default.svc.cluster.local'],
    sub: `system:serviceaccount:${namespace}:${serviceAccount}`,
  };
  const content = `${part({ alg: 'none', typ: 'JWT' })}.${part(claims)}.`;
  return { [textAt(source, 'path') ?? 'token']: { content, mode, secret: true } };
}
