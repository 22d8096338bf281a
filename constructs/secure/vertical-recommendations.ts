/**
 * What each workload really takes, as the recommender of the Vertical Pod Autoscaler sees it: one object for each, which
 * only recommends. Requests are derived from declared workloads here; a recommendation far from them says that a model
 * parameter is wrong, and is put right there, in review, rather than by pods that change under way.
 * Cluster-wide parts (the definition, the recommender) come with the cluster, as the other operators do.
 */
import { Component, type ComponentProps } from '../core/component';
import {
  VerticalPodAutoscaler,
  VerticalPodAutoscalerSpecUpdatePolicyUpdateMode as UpdateMode,
} from '../core/imports/autoscaling.k8s.io';
import type { Platform } from '../core/platform';
import { Workload } from '../core/workload';

export class VerticalRecommendations extends Component {
  public constructor(scope: Platform, id: string, props: ComponentProps) {
    super(scope, id, props, {
      layer: 'secure',
      summary: 'Recommends requests for every workload (Vertical Pod Autoscaler, changes nothing)',
    });
    // After whatever is itself made when everything else stands.
    scope.whenComplete(() => {
      scope.whenComplete(() => {
        for (const party of scope.graph.parties) if (party instanceof Workload) this.recommendFor(party);
      });
    });
  }

  private recommendFor({ id, kind, reach: { namespace } }: Workload): void {
    new VerticalPodAutoscaler(this, `${namespace}-${id}`, {
      // It finds its target in its own namespace only.
      metadata: { name: id, namespace },
      spec: {
        targetRef: { apiVersion: 'apps/v1', kind, name: id },
        // Never more than a recommendation: an autoscaler on CPU use and one on CPU requests would chase each other.
        updatePolicy: { updateMode: UpdateMode.OFF },
      },
    });
  }
}
