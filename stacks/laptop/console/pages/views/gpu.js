/** One GPU: all of its metrics, one chart each, with one cursor through all of them. */
import { follow, get } from '../lib/api.js';
import { chart, line } from '../lib/chart.js';
import { Columns } from '../lib/columns.js';
import { h, setText } from '../lib/dom.js';
import { clock } from '../lib/format.js';
import { describe, gpuName, shown, sorted } from '../lib/metrics.js';
import { FIRST_RANGE, rangeNamed, RANGES } from '../lib/ranges.js';

const { AbortController, clearInterval, setInterval } = globalThis;

const REDRAW_MS = 500;
const remembered = { range: FIRST_RANGE };

export function gpuView(root, [uuid = '']) {
  const view = new GpuView(root, uuid);
  void view.start();
  return () => view.end();
}

class GpuView {
  constructor(root, uuid) {
    this.uuid = uuid;
    this.parts = new Map();
    this.aborter = new AbortController();
    this.title = h('h1', {}, 'GPU');
    this.facts = h('dl', { class: 'facts' });
    this.trail = h('p', { class: 'trail' }, h('a', { href: '#/fleet' }, 'Fleet'));
    this.charts = h('div', { class: 'gpu-charts' });
    root.append(
      this.trail,
      h(
        'div',
        { class: 'head' },
        h('div', {}, this.title, this.facts),
        h('div', { class: 'controls' }, this.rangeChoice()),
      ),
      this.charts,
    );
  }

  rangeChoice() {
    const select = h(
      'select',
      {
        'aria-label': 'Range',
        onchange: () => {
          remembered.range = rangeNamed(select.value);
          void this.load();
        },
      },
      RANGES.map(({ name }) => h('option', { value: name }, `Last ${name}`)),
    );
    select.value = remembered.range.name;
    return select;
  }

  async start() {
    try {
      const { signal } = this.aborter;
      const [devices, latest] = await Promise.all([
        get('telemetry/devices', {}, signal),
        get('telemetry/latest', { uuid: this.uuid }, signal),
      ]);
      const device = devices.data.find(({ uuid }) => uuid === this.uuid);
      if (device === undefined) throw new Error('the store knows no such GPU');
      this.describeDevice(device, devices.data, latest.data);
      this.names = sorted(new Set(latest.data.map(({ metric }) => metric)));
      await this.load();
      this.timer = setInterval(() => this.draw(), REDRAW_MS);
    } catch (error) {
      if (!this.aborter.signal.aborted)
        this.charts.replaceChildren(h('p', { class: 'empty' }, error.message));
    }
  }

  describeDevice(device, devices, latest) {
    setText(this.title, gpuName(device));
    const newest = latest.toSorted((a, b) => (a.time < b.time ? 1 : -1))[0]?.tags ?? {};
    const job = newest.pod === undefined ? 'none' : `${newest.namespace ?? ''}/${newest.pod}`;
    const facts = [
      ['Model', device.model ?? 'unknown'],
      ['Job', job],
      ['UUID', h('span', { class: 'mono' }, device.uuid)],
    ];
    this.facts.replaceChildren(
      ...facts.map(([name, value]) => h('div', {}, h('dt', {}, name), h('dd', {}, value))),
    );
    const inOrder = devices.toSorted((a, b) => (gpuName(a) < gpuName(b) ? -1 : 1));
    const place = inOrder.findIndex(({ uuid }) => uuid === this.uuid);
    for (const [word, other] of [
      ['Previous', inOrder[place - 1]],
      ['Next', inOrder[place + 1]],
    ]) {
      if (other === undefined) continue;
      this.trail.append(
        ' · ',
        h('a', { href: `#/gpu/${encodeURIComponent(other.uuid)}` }, `${word}: ${gpuName(other)}`),
      );
    }
  }

  async load() {
    const { range } = remembered;
    this.stopFollowing?.();
    this.makeCharts(range);
    const parts = this.parts;
    this.stopFollowing = follow(
      { uuid: this.uuid },
      {
        onReading: ({ metric, timeUs, value }) => {
          const part = this.parts.get(metric);
          if (part === undefined || parts !== this.parts) return;
          part.columns.add(metric, timeUs / 1e6, value);
          part.now = value * part.metric.scale;
        },
        onState: () => undefined,
      },
    );
    await Promise.all(
      this.names.map(async (name) => {
        const query = {
          metric: name,
          uuid: this.uuid,
          from: `-${range.seconds}s`,
          window: `${range.windowS}s`,
        };
        const { data } = await get('telemetry/windows', query, this.aborter.signal);
        if (parts === this.parts) this.parts.get(name)?.columns.load(data, () => name);
      }),
    );
    this.draw();
  }

  makeCharts(range) {
    for (const { plot } of this.parts.values()) plot.destroy();
    this.parts = new Map();
    this.charts.replaceChildren();
    for (const name of this.names) {
      const metric = describe(name);
      const value = h('b', { class: 'value' });
      const element = h('div', { class: 'small-chart' });
      this.charts.append(
        h(
          'section',
          { class: 'sheet', 'aria-label': metric.label },
          h('div', { class: 'sheet-head' }, h('h2', {}, metric.label), value),
          element,
        ),
      );
      const plot = chart(element, {
        series: [line('ink', 1.5, range.windowS)],
        digits: metric.digits,
        floor: metric.floor,
        seconds: range.seconds,
        sync: 'gpu',
        label: `${metric.label} over ${range.name}`,
        hooks: { setCursor: [() => this.showValue(name)] },
      });
      this.parts.set(name, {
        metric,
        value,
        plot,
        columns: new Columns(range, metric.scale),
        now: undefined,
      });
    }
  }

  draw() {
    for (const [name, { columns, plot }] of this.parts) {
      columns.trim(Date.now() / 1000);
      plot.set([columns.times, columns.column(name)]);
      this.showValue(name);
    }
  }

  /** At the cursor, where there is one; else the newest. */
  showValue(name) {
    const part = this.parts.get(name);
    if (part === undefined) return;
    const { metric, value, plot, columns } = part;
    const index = plot.u.cursor.idx;
    const pointed = index === null || index === undefined ? undefined : columns.column(name)[index];
    const isPointed = pointed !== undefined && pointed !== null;
    const newest = part.now ?? columns.column(name).findLast((each) => each !== null);
    const when = isPointed ? ` at ${clock(columns.times[index] * 1000)}` : '';
    value.replaceChildren(
      shown(metric, isPointed ? pointed : newest),
      h('small', {}, `${metric.unit}${when}`),
    );
  }

  end() {
    this.aborter.abort();
    clearInterval(this.timer);
    this.stopFollowing?.();
    for (const { plot } of this.parts.values()) plot.destroy();
  }
}
