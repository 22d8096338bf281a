/** How is the Ceph pool under the logs? Ceph is not the platform's; the pool that the platform fills is. */
import { graph, promql } from '../panel';
import type { Question } from '../question';
import { cephShare, ofPool } from './room';

export const storeCeph: Question = {
  uid: 'store-ceph',
  title: 'Store · Ceph pool',
  rows: (about) => [
    {
      title: 'The pool under the logs',
      panels:
        about.cephPool === undefined
          ? []
          : [
              graph(
                'Stored in Ceph',
                'bytes',
                'How much do the logs take, each copy counted once?',
                promql(`ceph_pool_stored * ${ofPool(about.cephPool)}`, '{{name}}'),
                { next: 'store-loki' },
              ),
              graph(
                'Growth in a day',
                'bytes',
                'Does the store grow?',
                promql(`delta(ceph_pool_stored[1d]) * ${ofPool(about.cephPool)}`, '{{name}}'),
                { alert: 'LogStoreGrowing', next: 'telemetry-senders' },
              ),
              ...cephShare(about),
            ],
    },
  ],
};
