/** The frame: pages by the part of the address behind #, what the rail shows, and the flow that all pages look at. */
import { get } from './lib/api.js';
import { h, setText } from './lib/dom.js';
import { number, rate, span } from './lib/format.js';
import { accessView } from './views/access.js';
import { fleetView } from './views/fleet.js';
import { flowView } from './views/flow.js';
import { gpuView } from './views/gpu.js';
import { lettersView } from './views/letters.js';
import { outputsView } from './views/outputs.js';
import { servicesView } from './views/services.js';

const { document, location, setInterval, window } = globalThis;

const FLOW_INTERVAL_MS = 1000;

const PAGES = [
  { path: 'fleet', title: 'Fleet', view: fleetView },
  { path: 'flow', title: 'Flow', view: flowView },
  { path: 'services', title: 'Services', view: servicesView },
  { path: 'dead-letters', title: 'Dead letters', view: lettersView },
  { path: 'api', title: 'API', view: accessView },
  { path: 'environments', title: 'Environments', view: outputsView },
];
const GPU_PAGE = { path: 'gpu', title: 'GPU', view: gpuView };

const main = document.getElementById('content');
const notes = new Map(PAGES.map(({ path }) => [path, h('small')]));
const watchers = new Set();
let latest;
let leave = () => undefined;

/** What a view is given: the flow as it is now and whenever it is looked at. */
const shared = {
  flow: () => latest,
  onFlow: (callback) => {
    watchers.add(callback);
    if (latest !== undefined) callback(latest);
    return () => watchers.delete(callback);
  },
};

function show() {
  const [path = '', ...rest] = location.hash.replace(/^#\//, '').split('/');
  const page = [...PAGES, GPU_PAGE].find((each) => each.path === path) ?? PAGES[0];
  leave();
  const banner = h('p', { class: 'banner', role: 'status', hidden: true });
  const content = h('div');
  main.replaceChildren(banner, content);
  for (const link of document.querySelectorAll('#pages a')) {
    const isCurrent = link.dataset.path === (page === GPU_PAGE ? 'fleet' : page.path);
    if (isCurrent) link.setAttribute('aria-current', 'page');
    else link.removeAttribute('aria-current');
  }
  const endBanner = shared.onFlow((flow) => showTrouble(banner, flow));
  const endView = page.view(content, rest.map(decodeURIComponent), shared);
  leave = () => {
    endBanner();
    endView?.();
  };
  document.title = `${page.title} · Hyperion telemetry-local`;
}

function showTrouble(banner, { services }) {
  const troubled = services.filter(({ ready }) => !ready);
  banner.hidden = troubled.length === 0;
  setText(
    banner,
    troubled
      .map(({ title, state, reasons }) => `${title}: ${state === 'running' ? reasons.join('; ') : state}`)
      .join(' · '),
  );
}

function showRail({ services, totals, now }) {
  const ready = services.filter((service) => service.ready).length;
  note('services', `${ready}/${services.length}`, ready < services.length);
  note('dead-letters', number(totals.deadLetters), totals.deadLetters > 0);
  note('flow', `${rate(now.acknowledgedPerS)}/s`, false);
  document
    .getElementById('pulse')
    .replaceChildren(
      h('span', {}, `${number(totals.acknowledged)} stored`),
      h('span', {}, `newest ${span(now.ageMs)} old`),
    );
}

function note(path, text, look) {
  const element = notes.get(path);
  setText(element, text);
  element.classList.toggle('look', look);
}

async function lookAtFlow() {
  try {
    latest = await get('flow');
    showRail(latest);
    for (const callback of watchers) callback(latest);
  } catch {
    document
      .getElementById('pulse')
      .replaceChildren(h('span', { class: 'look-text' }, 'The runner does not answer: has it been stopped?'));
  }
}

document.getElementById('pages').append(
  h(
    'ul',
    {},
    PAGES.map(({ path, title }) =>
      h('li', {}, h('a', { href: `#/${path}`, 'data-path': path }, h('span', {}, title), notes.get(path))),
    ),
  ),
);
document.querySelector('[data-skip]').addEventListener('click', (event) => {
  event.preventDefault();
  main.focus();
});
window.addEventListener('hashchange', () => {
  show();
  window.scrollTo(0, 0);
  main.focus({ preventScroll: true });
});
setInterval(lookAtFlow, FLOW_INTERVAL_MS);
void lookAtFlow();
show();
