/**
 * Nothing that the provider waits for waits itself for something that comes later: an update would hang until its limit.
 */
import type { Manifest } from '../../../policies/manifest';
import { fieldsAt, podTemplateOf, selects, textAt } from '../../../stacks/manifest-data';
import { awaitAnnotations } from '../../../stacks/pulumi/objects';
import { ENVIRONMENT_NAMES, synthesisOf } from '../../environments';

/** The provider waits until a pod is ready behind it; a headless one is ready at once. */
function wantsPods({ kind, spec }: Manifest): boolean {
  const { clusterIP, selector } = fieldsAt(spec);
  return kind === 'Service' && clusterIP !== 'None' && Object.keys(fieldsAt(selector)).length > 0;
}

describe.each(ENVIRONMENT_NAMES)('%s', (name) => {
  const { objects } = synthesisOf(name);
  const owners = objects.flatMap((one) => {
    const pods = podTemplateOf(one.object);
    return pods === undefined ? [] : [{ ...one, labels: pods.labels }];
  });

  it('has the pods of each Service in its own wave or an earlier one', () => {
    const waiting = objects.filter(({ object }) => wantsPods(object));
    const forEver = waiting.filter(({ object, wave }) => {
      const selector = Object.entries(fieldsAt(object, 'spec', 'selector'));
      // Which of a StatefulSet's pods is not in its template.
      const matchLabels = Object.fromEntries(
        selector.filter(([label]) => !label.startsWith('statefulset.kubernetes.io/')),
      );
      return !owners.some(
        (owner) =>
          owner.wave <= wave &&
          owner.object.metadata.namespace === object.metadata.namespace &&
          selects({ matchLabels }, owner.labels),
      );
    });
    expect(
      forEver.map(({ object }) => `${textAt(object, 'metadata', 'namespace') ?? ''}/${object.metadata.name}`),
    ).toEqual([]);
  });

  it('waits for an Ingress only where somebody else’s controller gives it an address', () => {
    const own = new Set(
      objects
        .filter(({ object }) => object.kind === 'IngressClass')
        .map(({ object }) => object.metadata.name),
    );
    const waited = objects
      .map(({ object }) => object)
      .filter(({ kind }) => kind === 'Ingress')
      .filter((object) => {
        const annotations = awaitAnnotations(object, { until: 'ready', ingressClasses: own });
        return annotations['pulumi.com/skipAwait'] === undefined;
      })
      .map((object) => textAt(object, 'spec', 'ingressClassName'));
    expect(waited.filter((className) => className !== 'alb' && className !== 'tailscale')).toEqual([]);
  });
});
