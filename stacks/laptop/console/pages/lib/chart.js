/** The charting library, dressed for this console. */
import uPlot from '../charts/uPlot.esm.js';
import { number } from './format.js';

const { document, getComputedStyle, matchMedia, ResizeObserver } = globalThis;

/** Sweeps are 2 s apart: a line goes on over a few that are missing, and breaks where more are. */
const BRIDGED_S = 10;
const BRIDGED_WINDOWS = 2.5;
/** Steps of an axis for whole numbers. */
const WHOLE_STEPS = [1, 2, 5]
  .flatMap((n) => [0, 1, 2, 3, 4, 5, 6].map((zeros) => n * 10 ** zeros))
  .sort((a, b) => a - b);
const FONT_SIZE = '11px';

export function colour(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
}

/** Calls back when the browser turns from light to dark, or back; ends with the returned function. */
export function onTheme(callback) {
  const query = matchMedia('(prefers-color-scheme: dark)');
  query.addEventListener('change', callback);
  return () => query.removeEventListener('change', callback);
}

/** How long a gap is no gap, where a point stands for `windowS`. */
function bridged(windowS) {
  return Math.max(BRIDGED_S, windowS * BRIDGED_WINDOWS);
}

/** A line that bridges short gaps. `stroke` is a name of the palette. */
export function line(stroke, width = 1, windowS = 1) {
  const longest = bridged(windowS);
  return {
    stroke: () => colour(stroke),
    width,
    points: { show: false },
    gaps: (u, _series, _from, _to, gaps) =>
      gaps.filter(([from, to]) => u.posToVal(to / ratio(), 'x') - u.posToVal(from / ratio(), 'x') > longest),
  };
}

/**
 * A chart that fills its element. `series` without the one for time; `digits` of values at the axis; `floor` is the
 * lowest end of the axis. Gives the chart; `destroy` ends it.
 */
export function chart(element, { series, digits, floor, seconds, sync, hooks = {}, cursor = {}, label }) {
  const font = `${FONT_SIZE} ${getComputedStyle(document.body).fontFamily}`;
  const axis = { stroke: () => colour('soft'), font, ticks: { show: false } };
  const u = new uPlot(
    {
      width: Math.max(100, element.clientWidth),
      height: Math.max(60, element.clientHeight),
      series: [{}, ...series],
      legend: { show: false },
      padding: [8, 4, 0, 0],
      scales: {
        x: { range: () => [Date.now() / 1000 - seconds, Date.now() / 1000] },
        y: { range: (_u, low, high) => yRange(low, high, floor, digits) },
      },
      axes: [
        {
          ...axis,
          size: 20,
          space: 70,
          grid: { show: false },
          values: (_u, splits) =>
            splits.map((s) => new Date(s * 1000).toLocaleTimeString('en-GB').slice(0, seconds > 600 ? 5 : 8)),
        },
        {
          ...axis,
          size: 48,
          space: 34,
          grid: { stroke: () => colour('grid'), width: 1 },
          ...(digits === 0 ? { incrs: WHOLE_STEPS } : {}),
          values: (_u, splits) => splits.map((value) => number(value, digits)),
        },
      ],
      cursor: {
        y: false,
        points: { show: false },
        drag: { setScale: false },
        ...(sync ? { sync: { key: sync } } : {}),
        ...cursor,
      },
      hooks,
    },
    [[], ...series.map(() => [])],
    element,
  );
  u.root.setAttribute('role', 'img');
  u.root.setAttribute('aria-label', label);
  const observer = new ResizeObserver(() => {
    u.setSize({ width: Math.max(100, element.clientWidth), height: Math.max(60, element.clientHeight) });
  });
  observer.observe(element);
  const endTheme = onTheme(() => u.redraw());
  return {
    u,
    set: (data) => u.setData(data),
    destroy: () => {
      observer.disconnect();
      endTheme();
      u.destroy();
    },
  };
}

/** A little air above and below; a line that does not move stands in the middle. */
function yRange(low, high, floor, digits) {
  if (low === null || high === null || low === undefined) return [0, 1];
  const air = Math.max((high - low) * 0.08, Math.abs(high) * 0.01, digits === 0 ? 1 : 0.1);
  const bottom = low - air;
  return [floor === undefined ? bottom : Math.max(floor, bottom), high + air];
}

function ratio() {
  return uPlot.pxRatio;
}

/** A line without axes, for where many stand side by side. All share one scale. */
export function sparkline(canvas, times, values, { fromS, toS, low, high, stroke, windowS }) {
  const scale = globalThis.devicePixelRatio || 1;
  const { clientWidth: width, clientHeight: height } = canvas;
  if (canvas.width !== Math.round(width * scale)) canvas.width = Math.round(width * scale);
  if (canvas.height !== Math.round(height * scale)) canvas.height = Math.round(height * scale);
  const context = canvas.getContext('2d');
  context.setTransform(scale, 0, 0, scale, 0, 0);
  context.clearRect(0, 0, width, height);
  context.beginPath();
  const longest = bridged(windowS);
  let lastTime;
  for (const [index, value] of values.entries()) {
    const time = times[index];
    if (value === null || value === undefined || time < fromS) continue;
    const x = ((time - fromS) / (toS - fromS)) * width;
    const y = height - 2 - ((value - low) / (high - low || 1)) * (height - 4);
    if (lastTime === undefined || time - lastTime > longest) context.moveTo(x, y);
    else context.lineTo(x, y);
    lastTime = time;
  }
  context.lineWidth = 1.25;
  context.lineJoin = 'round';
  context.strokeStyle = colour(stroke);
  context.stroke();
}
