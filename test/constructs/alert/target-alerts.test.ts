/**
 * What is down, of targets that only the cluster can count.
 */
import { renderRules } from '../../../constructs/alert/rules';
import { targetAlerts } from '../../../constructs/alert/target-alerts';
import { scrapeJobs } from '../../../constructs/core/scrape-jobs';
import { clusterAgent } from '../collect/cluster-fixture';

interface Rule {
  readonly alert: string;
  readonly expr: string;
  readonly labels: { readonly component: string; readonly severity: string };
  readonly annotations: { readonly summary: string };
}

const CONTACTS = { team: () => 'platform', runbook: () => 'https://git.example.com/page.md' };
const { platform } = clusterAgent();
const { groups } = renderRules([targetAlerts(scrapeJobs(platform.graph), { cluster: 'c' })], CONTACTS) as {
  groups: [{ rules: Rule[] }];
};
const of = (component: string): Rule[] =>
  groups[0].rules.filter(({ labels }) => labels.component === component);

test('what is on every node: down when none answers, and when one that is found does not', () => {
  for (const job of ['node-exporter', 'kubelet', 'cadvisor', 'api-server']) {
    expect(of(job)).toMatchObject([
      {
        alert: 'ComponentDown',
        expr: `(sum(up{job="${job}", cluster="c"}) or vector(0)) == 0`,
        labels: { severity: 'critical' },
        annotations: { summary: `${job} is down everywhere` },
      },
      {
        alert: 'ReplicaDown',
        expr: `count(up{job="${job}", cluster="c"} == 0) > 0`,
        labels: { severity: 'warning' },
      },
    ]);
  }
});

test('there may be no annotated pod at all', () => {
  expect(of('pods-9102').map(({ alert }) => alert)).toEqual(['ReplicaDown']);
});
