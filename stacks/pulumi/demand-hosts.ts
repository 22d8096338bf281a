/**
 * The host names that a platform answers to, from its Ingresses: which load balancer answers, and what says that it works.
 */
import type { HostDemand } from '../../infra/cloud';
import type { Manifest } from '../../policies/manifest';
import {
  containersOf,
  fieldsAt,
  listAt,
  namespacedName,
  numberAt,
  podTemplateOf,
  selects,
  textAt,
} from '../manifest-data';
import type { Synthesis, SynthesisedObject } from '../synthesis';

/** Says which address an internal load balancer of Azure has. */
export const STATIC_ADDRESS = 'service.beta.kubernetes.io/azure-load-balancer-ipv4';
const ALB_HEALTH_PATH = 'alb.ingress.kubernetes.io/healthcheck-path';

export function hostDemands({ objects }: Pick<Synthesis, 'objects'>): HostDemand[] {
  const all = objects.map(({ object }) => object);
  return all
    .filter(({ kind }) => kind === 'Ingress')
    .flatMap((ingress) =>
      listAt(ingress, 'spec', 'rules').flatMap((rule) => {
        const host = textAt(rule, 'host');
        if (host === undefined) return [];
        const healthPath =
          textAt(ingress.metadata, 'annotations', ALB_HEALTH_PATH) ?? readinessPath(all, ingress, rule);
        return [
          {
            host,
            entrance: entranceOf(ingress, objects),
            ...(healthPath === undefined ? {} : { healthPath }),
          },
        ];
      }),
    );
}

/** An Ingress of the cloud's has a load balancer of its own; one of the environment's controllers is behind their Service. */
function entranceOf(ingress: Manifest, objects: readonly SynthesisedObject[]): string {
  const className = textAt(ingress, 'spec', 'ingressClassName');
  const maker = objects.find(
    ({ object }) => object.kind === 'IngressClass' && object.metadata.name === className,
  );
  const service = objects.find(
    ({ component, object }) =>
      component === maker?.component &&
      object.kind === 'Service' &&
      textAt(object, 'spec', 'type') === 'LoadBalancer',
  );
  const { namespace, name } = (service?.object ?? ingress).metadata;
  return namespacedName(namespace, name);
}

/** What the pods behind a rule answer on the very port to which it leads; undefined where readiness is asked elsewhere. */
function readinessPath(
  objects: readonly Manifest[],
  { metadata }: Manifest,
  rule: unknown,
): string | undefined {
  const backend = fieldsAt(listAt(rule, 'http', 'paths')[0], 'backend', 'service');
  const here = objects.filter((object) => object.metadata.namespace === metadata.namespace);
  const service = here.find((object) => object.kind === 'Service' && object.metadata.name === backend.name);
  if (service === undefined) return undefined;
  const wanted = numberAt(backend, 'port', 'number');
  const port = fieldsAt(listAt(service, 'spec', 'ports').find((one) => numberAt(one, 'port') === wanted));
  const matchLabels = fieldsAt(service, 'spec', 'selector');
  const pods = here.flatMap((owner) => podTemplateOf(owner) ?? []);
  const probes = pods
    .filter(({ labels }) => selects({ matchLabels }, labels))
    .flatMap(({ spec }) => containersOf(spec))
    .map(({ container }) => fieldsAt(container, 'readinessProbe', 'httpGet'));
  const target = port.targetPort ?? port.port;
  return textAt(
    probes.find((probe) => probe.port !== undefined && probe.port === target),
    'path',
  );
}
