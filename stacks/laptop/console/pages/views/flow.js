/** What flows, how fast, and what waits. */
import { get } from '../lib/api.js';
import { chart, line } from '../lib/chart.js';
import { h, setText } from '../lib/dom.js';
import { FlowPicture } from '../lib/flow-picture.js';
import { number, rate, span } from '../lib/format.js';

const SECONDS = 300;
const KEPT = 300;

const CHARTS = [
  {
    title: 'Rows per second',
    note: 'read, and acknowledged after storing (thick)',
    fields: ['readPerS', 'acknowledgedPerS'],
    series: () => [line('series', 1.5), line('ink', 1.75)],
    show: ({ acknowledgedPerS }) => `${rate(acknowledgedPerS)}/s`,
    scale: 1,
  },
  {
    title: 'Messages in the queue',
    note: 'ready, in flight (thin), on disk (coloured)',
    fields: ['inFlight', 'ready', 'onDisk'],
    series: () => [line('series', 1.5), line('ink', 1.75), line('accent', 1.75)],
    show: ({ ready, inFlight, onDisk }) => number((ready ?? 0) + (inFlight ?? 0) + (onDisk ?? 0)),
    scale: 1,
  },
  {
    title: 'Lag',
    note: 'age of the newest stored reading, in seconds',
    fields: ['ageMs'],
    over: 3,
    series: () => [line('ink', 1.75)],
    show: ({ ageMs }) => span(ageMs),
    scale: 1 / 1000,
  },
];

export function flowView(root, _path, { onFlow }) {
  const picture = new FlowPicture();
  const points = [];
  const parts = CHARTS.map((definition) => ({
    definition,
    value: h('b', { class: 'value' }),
    element: h('div', { class: 'small-chart' }),
  }));
  root.append(
    h(
      'div',
      { class: 'head' },
      h(
        'div',
        {},
        h('h1', {}, 'Flow'),
        h(
          'p',
          {},
          'From a row of the sample to an answer of the API. A lit box is ready; a moving line carries readings.',
        ),
      ),
    ),
    h(
      'section',
      { class: 'sheet picture', 'aria-label': 'Flow of readings' },
      h('div', { class: 'scroll' }, picture.element),
      h(
        'p',
        { class: 'legend soft' },
        h('span', {}, 'ready'),
        h('span', { class: 'flight' }, 'in flight'),
        h('span', { class: 'disk' }, 'on disk'),
      ),
    ),
    h(
      'div',
      { class: 'pair' },
      parts.map(({ definition: { title, note }, value, element }) =>
        h(
          'section',
          { class: 'sheet', 'aria-label': title },
          h('div', { class: 'sheet-head' }, h('h2', {}, title), value, h('p', {}, note)),
          element,
        ),
      ),
    ),
  );
  const charts = parts.map(({ definition: { series, title }, element }) =>
    chart(element, {
      series: series(),
      digits: 0,
      floor: 0,
      seconds: SECONDS,
      sync: 'flow',
      label: `${title}, last five minutes`,
    }),
  );
  const draw = () => {
    const times = points.map(({ atMs }) => atMs / 1000);
    for (const [
      index,
      {
        definition: { fields, show, scale, over = 1 },
        value,
      },
    ] of parts.entries()) {
      const columns = fields.map((field) =>
        worst(points, field, over).map((value) => (value === null ? null : value * scale)),
      );
      charts[index].set([times, ...columns]);
      setText(value, points.length === 0 ? '–' : show(points.at(-1)));
    }
  };
  let isEnded = false;
  void get('flow/history').then(
    (history) => {
      if (isEnded) return;
      const known = new Set(points.map(({ atMs }) => atMs));
      points.unshift(...history.points.filter(({ atMs }) => !known.has(atMs)));
      draw();
    },
    () => undefined,
  );
  const endFlow = onFlow((flow) => {
    picture.update(flow);
    if (flow.now.atMs > (points.at(-1)?.atMs ?? 0)) points.push(flow.now);
    points.splice(0, Math.max(0, points.length - KEPT));
    draw();
  });
  return () => {
    isEnded = true;
    endFlow();
    for (const each of charts) each.destroy();
  };
}

/** Readings come in sweeps: between two of them everything is older, which says nothing. */
function worst(points, field, over) {
  return points.map((_point, index) => {
    const values = points.slice(Math.max(0, index - over + 1), index + 1).map((point) => point[field]);
    return values.includes(null) ? null : Math.max(...values);
  });
}
