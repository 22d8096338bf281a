/** One metric of all GPUs: all of them in one chart with the highest marked, and each of them on its own, by host. */
import { follow, get } from '../lib/api.js';
import { chart, line, sparkline } from '../lib/chart.js';
import { Columns } from '../lib/columns.js';
import { h, setText } from '../lib/dom.js';
import { clock, span } from '../lib/format.js';
import { describe, FIRST_METRIC, gpuName, shown, sorted } from '../lib/metrics.js';
import { FIRST_RANGE, rangeNamed, RANGES } from '../lib/ranges.js';

const { AbortController, clearInterval, location, setInterval } = globalThis;

const REDRAW_MS = 500;
/** Without a reading for so long a GPU is silent; sweeps are two seconds apart. */
const SILENT_MS = 15_000;
const RETRY_MS = 2000;

const remembered = { metric: FIRST_METRIC, range: FIRST_RANGE };

export function fleetView(root) {
  const view = new FleetView(root);
  void view.start();
  return () => view.end();
}

class FleetView {
  constructor(root) {
    this.devices = new Map();
    this.current = new Map();
    this.tiles = new Map();
    this.aborter = new AbortController();
    this.isEnded = false;
    this.build(root);
  }

  build(root) {
    this.title = h('h1');
    this.select = h('select', { 'aria-label': 'Metric', onchange: () => this.choose(this.select.value) });
    this.figures = h('dl', { class: 'figures' });
    this.readout = h('p', { class: 'readout' });
    this.plot = h('div', { class: 'overlay' });
    this.hosts = h('div', { class: 'hosts' });
    root.append(
      h(
        'div',
        { class: 'head' },
        h('div', {}, this.title),
        h('div', { class: 'controls' }, this.select, this.rangeChoice()),
      ),
      this.figures,
      h(
        'section',
        { class: 'sheet', 'aria-label': 'All GPUs in one chart' },
        h('div', { class: 'sheet-head' }, h('h2', {}, 'All GPUs'), this.readout),
        this.plot,
      ),
      h(
        'section',
        { class: 'sheet', 'aria-label': 'Each GPU' },
        h(
          'div',
          { class: 'sheet-head' },
          h('h2', {}, 'By host'),
          h('p', {}, 'One scale for all; select a GPU for all of its metrics'),
        ),
        this.hosts,
      ),
    );
  }

  rangeChoice() {
    return h(
      'fieldset',
      { class: 'choice' },
      h('legend', { class: 'unseen' }, 'Range'),
      RANGES.map((range) => {
        const input = h('input', {
          type: 'radio',
          name: 'range',
          value: range.name,
          onchange: () => {
            remembered.range = rangeNamed(input.value);
            void this.load();
          },
        });
        input.checked = range === remembered.range;
        return h('label', {}, input, range.name);
      }),
    );
  }

  async start() {
    const { signal } = this.aborter;
    // At the very first start there is nothing yet.
    while (!this.isEnded) {
      try {
        const [devices, metrics] = await Promise.all([
          get('telemetry/devices', {}, signal),
          get('telemetry/metrics', {}, signal),
        ]);
        if (metrics.data.length > 0) {
          this.takeDevices(devices.data);
          this.takeMetrics(metrics.data);
          break;
        }
      } catch {
        if (this.isEnded) return;
      }
      setText(this.readout, 'Waiting for the first readings …');
      await new Promise((resolve) => globalThis.setTimeout(resolve, RETRY_MS));
    }
    if (this.isEnded) return;
    await this.load();
    this.timer = setInterval(() => this.draw(), REDRAW_MS);
  }

  takeDevices(devices) {
    this.devices = new Map(devices.map((device) => [device.uuid, device]));
    const byHost = groupBy(devices, ({ hostname }) => hostname ?? 'unknown host');
    this.hosts.replaceChildren(
      ...[...byHost].sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, gpus]) => this.host(name, gpus)),
    );
  }

  host(name, gpus) {
    const state = h('small');
    const tiles = gpus
      .sort((a, b) => Number(a.gpuId) - Number(b.gpuId))
      .map((device) => {
        const value = h('b');
        const canvas = h('canvas', { 'aria-hidden': 'true' });
        const link = h(
          'a',
          { href: `#/gpu/${encodeURIComponent(device.uuid)}` },
          h('span', {}, h('i', { class: 'unseen' }, `${name} GPU `), device.gpuId ?? '?', value),
          canvas,
        );
        this.tiles.set(device.uuid, { link, value, canvas, host: state });
        return link;
      });
    return h('div', { class: 'host' }, h('h3', {}, name, state), h('div', { class: 'gpus' }, tiles));
  }

  takeMetrics(metrics) {
    const names = sorted(metrics.map(({ metric }) => metric));
    if (!names.includes(remembered.metric)) [remembered.metric] = names;
    this.select.replaceChildren(...names.map((name) => h('option', { value: name }, describe(name).label)));
    this.select.value = remembered.metric;
  }

  choose(metric) {
    remembered.metric = metric;
    void this.load();
  }

  /** Live first, so that nothing is missed while the past is being fetched. */
  async load() {
    const { metric, range } = remembered;
    this.stopFollowing?.();
    this.metric = describe(metric);
    setText(this.title, this.metric.label);
    this.current = new Map();
    const columns = new Columns(range, this.metric.scale);
    this.columns = columns;
    this.makeChart(range);
    this.stopFollowing = follow(
      { metric },
      { onReading: (reading) => this.take(columns, reading), onState: (state) => (this.state = state) },
    );
    try {
      const query = { metric, from: `-${range.seconds}s`, window: `${range.windowS}s` };
      const [{ data }, latest] = await Promise.all([
        get('telemetry/windows', query, this.aborter.signal),
        get('telemetry/latest', { metric }, this.aborter.signal),
      ]);
      if (columns !== this.columns) return;
      columns.load(data, ({ uuid }) => uuid);
      for (const { time, value, tags } of latest.data) this.takeCurrent(tags.uuid, Date.parse(time), value);
      this.draw();
    } catch (error) {
      if (!this.isEnded) setText(this.readout, `The past is missing: ${error.message}`);
    }
  }

  take(columns, { timeUs, value, tags }) {
    if (columns !== this.columns || tags.uuid === undefined) return;
    columns.add(tags.uuid, timeUs / 1e6, value);
    this.takeCurrent(tags.uuid, timeUs / 1000, value);
  }

  takeCurrent(uuid, atMs, value) {
    if (atMs >= (this.current.get(uuid)?.atMs ?? 0)) {
      this.current.set(uuid, { atMs, value: value * this.metric.scale });
    }
  }

  makeChart(range) {
    this.chart?.destroy();
    this.order = [...this.devices.keys()];
    this.hovered = undefined;
    const { floor } = this.metric;
    this.chart = chart(this.plot, {
      series: [
        ...this.order.map(() => line('series', 1, range.windowS)),
        line('ink', 1.75, range.windowS),
        line('accent', 2, range.windowS),
      ],
      digits: this.metric.digits,
      floor,
      seconds: range.seconds,
      label: `${this.metric.label} of all GPUs over ${range.name}; the values are in the list below`,
      cursor: { focus: { prox: 24 } },
      hooks: {
        setSeries: [(_u, index) => this.hover(this.order[(index ?? 0) - 1])],
        setCursor: [() => this.showReadout()],
        ready: [
          (u) =>
            u.over.addEventListener('click', () => {
              if (this.hovered !== undefined) location.hash = `#/gpu/${encodeURIComponent(this.hovered)}`;
            }),
        ],
      },
    });
  }

  hover(uuid) {
    if (uuid === this.hovered) return;
    this.hovered = uuid;
    this.chart.u.over.style.cursor = uuid === undefined ? '' : 'pointer';
    this.showReadout();
  }

  draw() {
    const nowMs = Date.now();
    this.columns.trim(nowMs / 1000);
    const reporting = [...this.current]
      .filter(([, { atMs }]) => nowMs - atMs < SILENT_MS)
      .sort(([, a], [, b]) => b.value - a.value);
    const highest = reporting[0]?.[0];
    this.highest = highest;
    const columnOf = (uuid) => (uuid === undefined ? [] : this.columns.column(uuid));
    const { times } = this.columns;
    const blank = times.map(() => null);
    const orBlank = (column) => (column.length === times.length ? column : blank);
    this.chart.set([
      times,
      ...this.order.map((uuid) => columnOf(uuid)),
      orBlank(columnOf(this.hovered)),
      orBlank(columnOf(highest)),
    ]);
    this.drawFigures(reporting, nowMs);
    this.drawTiles(reporting, highest, nowMs);
    this.showReadout();
  }

  drawFigures(reporting, nowMs) {
    const { unit } = this.metric;
    const value = (entry) => (entry === undefined ? '–' : shown(this.metric, entry[1].value));
    const name = (entry) => (entry === undefined ? '' : this.nameOf(entry[0]));
    const middle = reporting[Math.floor(reporting.length / 2)];
    const newest = Math.max(0, ...[...this.current.values()].map(({ atMs }) => atMs));
    const silent = this.devices.size - reporting.length;
    this.figures.replaceChildren(
      figure('Highest', value(reporting[0]), unit, name(reporting[0]), true),
      figure('Median', value(middle), unit, `of ${reporting.length} GPUs`),
      figure('Lowest', value(reporting.at(-1)), unit, name(reporting.at(-1))),
      figure(
        'Reporting',
        `${reporting.length}`,
        `of ${this.devices.size}`,
        silent > 0 ? `${silent} silent` : 'none silent',
        silent > 0,
      ),
      figure(
        'Last reading',
        newest === 0 ? '–' : span(nowMs - newest),
        'ago',
        this.state === 'live' ? 'followed live' : 'not connected',
      ),
    );
  }

  drawTiles(reporting, highest, nowMs) {
    const all = [...this.columns.values.values()].flat().filter((value) => value !== null);
    let [low, high] = [Infinity, -Infinity];
    for (const value of all) [low, high] = [Math.min(low, value), Math.max(high, value)];
    const silentHosts = new Map();
    for (const [uuid, { link, value, canvas, host }] of this.tiles) {
      const now = this.current.get(uuid);
      const isSilent = now === undefined || nowMs - now.atMs >= SILENT_MS;
      const count = silentHosts.get(host) ?? { silent: 0, all: 0 };
      silentHosts.set(host, { silent: count.silent + (isSilent ? 1 : 0), all: count.all + 1 });
      setText(value, isSilent ? 'silent' : shown(this.metric, now.value));
      link.classList.toggle('silent', isSilent);
      link.classList.toggle('look', uuid === highest);
      sparkline(canvas, this.columns.times, this.columns.column(uuid), {
        fromS: nowMs / 1000 - this.columns.seconds,
        toS: nowMs / 1000,
        low,
        high,
        stroke: uuid === highest ? 'accent' : 'soft',
        windowS: this.columns.windowS,
      });
    }
    for (const [host, { silent, all: gpus }] of silentHosts) {
      setText(host, silent > 0 ? `${silent} of ${gpus} silent` : `${gpus} GPUs`);
      host.classList.toggle('look-text', silent > 0);
    }
  }

  showReadout() {
    const { u } = this.chart;
    const uuid = this.hovered ?? this.highest;
    if (uuid === undefined) return;
    const index = u.cursor.idx;
    const value = index === null || index === undefined ? undefined : this.columns.column(uuid)[index];
    const text =
      value === undefined || value === null
        ? `${this.nameOf(uuid)} is the highest`
        : `${clock(u.data[0][index] * 1000)} · ${this.nameOf(uuid)} · ${shown(this.metric, value)} ${this.metric.unit}`;
    setText(this.readout, text);
  }

  nameOf(uuid) {
    return gpuName(this.devices.get(uuid) ?? { uuid });
  }

  end() {
    this.isEnded = true;
    this.aborter.abort();
    clearInterval(this.timer);
    this.stopFollowing?.();
    this.chart?.destroy();
  }
}

function figure(name, value, unit, note, look = false) {
  return h(
    'div',
    look ? { class: 'look' } : {},
    h('dt', {}, name),
    h('dd', {}, value, unit === '' ? null : h('small', {}, unit)),
    h('dd', { class: 'note' }, note),
  );
}

function groupBy(items, keyOf) {
  const groups = new Map();
  for (const item of items) groups.set(keyOf(item), [...(groups.get(keyOf(item)) ?? []), item]);
  return groups;
}
