/** Are the objectives kept? Over the series that the alerts record of each objective (`constructs/alert/objectives.ts`). */
import { graph, promql, stat, type Panel } from '../panel';
import type { Question } from '../question';

/** Series that the environment records: a share of bad events for each window, and the share that is allowed. */
const BAD = 'objective:errors:ratio_rate';
const BUDGET = 'objective:errors:budget';

export const objectives: Question = {
  uid: 'objectives',
  title: 'Are the objectives kept?',
  rows: (about) =>
    about.records(BUDGET)
      ? [
          { title: 'Now', panels: now() },
          { title: 'How fast the budget burns', panels: burn() },
        ]
      : [],
};

function now(): readonly Panel[] {
  return [
    stat(
      'Budget that three days have used',
      'percentunit',
      'How much of what may fail in three days has failed?',
      promql(`${BAD}3d / on (objective) group_left () ${BUDGET}`, '{{objective}}'),
      { next: 'end-to-end-latency' },
    ),
  ];
}

/** One is the pace at which the budget lasts exactly as long as it must. */
function burn(): readonly Panel[] {
  return [
    ['5m', 'Is something failing now?'],
    ['1h', 'Has the last hour burnt more than its share?'],
    ['6h', 'Is a slow leak going on?'],
    ['3d', 'Is the objective in danger?'],
  ].map(([window = '', question = '']) =>
    graph(
      `Burn over ${window}`,
      'short',
      question,
      promql(`${BAD}${window} / on (objective) group_left () ${BUDGET}`, '{{objective}}'),
      { next: 'telemetry-dropped' },
    ),
  );
}
