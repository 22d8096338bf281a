/**
 * The way of a reading, drawn: boxes for the services, lit when they are ready, lines that move as fast as readings pass,
 * and the broker's partitions with what waits in them. Drawn once; then only numbers, lengths and classes change.
 */
import { setText, svg } from './dom.js';
import { number, rate, span } from './format.js';

const WIDTH = 1120;
const HEIGHT = 384;
const BOX = { width: 132, height: 92 };
const TOP = 20;
const BROKER = { x: 332, y: 190, width: 392, height: 116 };
const CONSOLE = { x: 824, y: 202, width: 276, height: 92 };
const LIVE_Y = 352;
const LANES = 4;
/** A bar as long as its track: QUEUE_SIZE's default. */
const FULL = 2000;

/** In the direction of the data; those outside are no services of ours. */
const BOXES = [
  { name: 'source', title: 'sample.csv', x: 8, outside: true },
  { name: 'streamer', title: 'Streamer', x: 200 },
  { name: 'proxy', title: 'Proxy', x: 392 },
  { name: 'collector', title: 'Collector', x: 584 },
  { name: 'store', title: 'Store', x: 776, outside: true },
  { name: 'api', title: 'API', x: 968 },
];

export class FlowPicture {
  constructor() {
    this.boxes = new Map();
    this.runs = new Map();
    this.element = svg('svg', { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: 'img' });
    this.element.setAttribute('aria-label', 'The flow of readings; its numbers are in the table of services');
    this.drawWires();
    for (const box of BOXES) this.drawBox(box, TOP, BOX.width, BOX.height);
    this.drawBroker();
    this.drawBox(
      { name: 'console', title: 'This console', x: CONSOLE.x, outside: true },
      CONSOLE.y,
      CONSOLE.width,
      CONSOLE.height,
    );
  }

  update({ services, partitions, totals, now }) {
    for (const { name, ready, state } of services) this.light(name, ready, state);
    this.say('source', rate(now.readPerS), 'rows/s');
    this.say('streamer', rate(now.publishedPerS), 'published/s');
    this.say('proxy', rate(sum(now.publishedPerS, now.deliveredPerS)), 'messages/s');
    this.say('collector', rate(now.acknowledgedPerS), 'acknowledged/s');
    this.say('store', span(now.ageMs), 'newest reading');
    this.say('api', rate(now.queriesPerS), 'queries/s');
    const waiting = sum(now.ready, now.onDisk);
    this.say('broker', waiting === null ? '–' : number(waiting), 'waiting');
    setText(
      this.spilled,
      `${number(totals.spilled)} spilled to disk so far, ${number(now.onDisk ?? 0)} there now`,
    );
    this.run('read', now.readPerS);
    this.run('publish', now.publishedPerS);
    this.run('keep', now.publishedPerS);
    this.run('deliver', now.deliveredPerS);
    this.run('receive', now.deliveredPerS);
    this.run('write', now.acknowledgedPerS);
    this.run('query', now.queriesPerS);
    this.run('answer', now.queriesPerS);
    this.run('live', now.publishedPerS);
    this.say('console', rate(now.publishedPerS), 'readings/s, as they are published');
    for (const [index, lane] of this.lanes.entries()) this.fillLane(lane, partitions[index]);
  }

  drawBox({ name, title, x, outside = false }, y, width, height) {
    const big = svg('text', { class: 'big', x: x + 14, y: y + 58 });
    const unit = svg('text', { class: 'unit', x: x + 14, y: y + 77 });
    const group = svg(
      'g',
      { class: outside ? 'outside' : '' },
      svg('rect', { class: 'box', x, y, width, height, rx: 3 }),
      svg('text', { class: 'name', x: x + 14, y: y + 26 }, title),
      outside ? null : svg('circle', { class: 'dot', cx: x + width - 18, cy: y + 22, r: 4.5 }),
      big,
      unit,
    );
    this.boxes.set(name, { group, big, unit });
    this.element.append(group);
  }

  drawBroker() {
    const { x, y, width, height } = BROKER;
    this.drawBox({ name: 'broker', title: 'Broker', x }, y, width, height);
    this.spilled = svg('text', { class: 'label', x: x + 14, y: y + 98 });
    this.lanes = Array.from({ length: LANES }, (_, index) => this.drawLane(index));
    this.boxes.get('broker').group.append(this.spilled);
  }

  drawLane(index) {
    const [x, y, width] = [BROKER.x + 168, BROKER.y + 20 + index * 17, 150];
    const ready = svg('rect', { class: 'bar', x, y, height: 8, width: 0 });
    const flight = svg('rect', { class: 'bar flight', x, y, height: 8, width: 0 });
    const disk = svg('rect', { class: 'bar disk', x, y, height: 8, width: 0 });
    const count = svg('text', { class: 'label', x: x + width + 34, y: y + 8, 'text-anchor': 'end' });
    this.element.append(
      svg('text', { class: 'label', x: x - 16, y: y + 8 }, String(index)),
      svg('rect', { class: 'track', x, y, width, height: 8 }),
      ready,
      flight,
      disk,
      count,
    );
    return { x, width, ready, flight, disk, count };
  }

  /** Up to a full queue, one after the other; what is on disk lies over the end. */
  fillLane({ x, width, ready, flight, disk, count }, partition) {
    const { ready: waiting = 0, inFlight = 0, onDisk = 0 } = partition ?? {};
    const part = (messages) => Math.min(1, messages / FULL) * width;
    const least = (messages) => (messages > 0 ? Math.max(2, part(messages)) : 0);
    flight.setAttribute('width', least(inFlight));
    ready.setAttribute('x', x + Math.min(part(inFlight), width));
    ready.setAttribute('width', Math.min(least(waiting), width - Math.min(part(inFlight), width)));
    disk.setAttribute('x', x + width - least(onDisk));
    disk.setAttribute('width', least(onDisk));
    setText(count, partition === undefined ? '–' : number(waiting + inFlight + onDisk));
  }

  drawWires() {
    const middle = TOP + BOX.height / 2;
    const right = (name) => BOXES.find((box) => box.name === name).x + BOX.width;
    const left = (name) => BOXES.find((box) => box.name === name).x;
    const across = (from, to) => `M${right(from)} ${middle}H${left(to) - 8}`;
    const bottom = TOP + BOX.height;
    const proxy = left('proxy');
    this.wire('read', across('source', 'streamer'));
    this.wire('publish', across('streamer', 'proxy'));
    this.wire('keep', `M${proxy + 34} ${bottom}V${BROKER.y - 8}`);
    this.wire('deliver', `M${proxy + 98} ${BROKER.y}V${bottom + 8}`);
    this.wire('receive', across('proxy', 'collector'));
    this.wire('write', across('collector', 'store'));
    this.wire('query', across('store', 'api'));
    this.element.append(
      svg('text', { class: 'label', x: proxy + 26, y: bottom + 32, 'text-anchor': 'end' }, 'publish'),
      svg('text', { class: 'label', x: proxy + 106, y: bottom + 32 }, 'receive'),
    );
    this.wire('answer', `M${left('api') + 66} ${bottom}V${CONSOLE.y - 8}`);
    const [from, to] = [left('streamer') + 66, CONSOLE.x + 66];
    this.wire('live', `M${from} ${bottom}V${LIVE_Y}H${to}V${CONSOLE.y + CONSOLE.height + 8}`);
    this.element.append(
      svg('text', { class: 'label', x: from + 12, y: LIVE_Y + 18 }, 'live stream (Server-Sent Events)'),
      svg('text', { class: 'label', x: left('api') + 74, y: bottom + 48 }, 'history'),
    );
  }

  wire(name, path) {
    const run = svg('path', { class: 'run still', d: path });
    this.runs.set(name, run);
    this.element.append(svg('path', { class: 'wire', d: path }), run, tip(path));
  }

  light(name, ready, state) {
    const group = this.boxes.get(name)?.group;
    const isStarting = state === 'waiting' || state === 'starting';
    group?.setAttribute('class', ready ? 'is-on' : isStarting ? '' : 'is-look');
  }

  say(name, text, unit) {
    const { big, unit: small } = this.boxes.get(name);
    setText(big, text);
    setText(small, unit);
  }

  /** Three speeds are told apart at a glance; more are not. */
  run(name, perS) {
    const run = this.runs.get(name);
    run.classList.toggle('still', !(perS > 0));
    run.style.animationDuration = perS > 1000 ? '0.5s' : perS > 50 ? '1.1s' : '2.4s';
  }
}

/** The arrow's head, at the end of a path of `M`, `H` and `V`. */
function tip(path) {
  const [, x0, y0] = /^M(\S+) ([\d.]+)/.exec(path).map(Number);
  const steps = [...path.matchAll(/([HV])([\d.]+)/g)].map(([, axis, to]) => ({ axis, to: Number(to) }));
  let [x, y] = [x0, y0];
  for (const step of steps.slice(0, -1)) [x, y] = step.axis === 'H' ? [step.to, y] : [x, step.to];
  const { axis, to: end } = steps.at(-1);
  const direction = Math.sign(end - (axis === 'H' ? x : y));
  const points =
    axis === 'H'
      ? [
          [end + 8 * direction, y],
          [end, y - 4],
          [end, y + 4],
        ]
      : [
          [x, end + 8 * direction],
          [x - 4, end],
          [x + 4, end],
        ];
  return svg('polygon', { class: 'tip', points: points.map((point) => point.join(',')).join(' ') });
}

function sum(a, b) {
  return a === null || b === null ? null : a + b;
}
