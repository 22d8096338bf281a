/** The five processes: how they are, what they need, and what they said last. */
import { get } from '../lib/api.js';
import { h, setText } from '../lib/dom.js';
import { bytes, number, rate, span } from '../lib/format.js';

const COLUMNS = [
  ['Service', ''],
  ['State', ''],
  ['Up for', 'number'],
  ['Restarts', 'number'],
  ['CPU', 'number'],
  ['Memory', 'number'],
  ['Timers late (p99)', 'number'],
  ['Requests/s', 'number'],
  ['Process', 'number'],
  ['Looks', ''],
];

export function servicesView(root, _path, { onFlow }) {
  const body = h('tbody');
  const log = h('div', { class: 'below' });
  const rows = new Map();
  root.append(
    h(
      'div',
      { class: 'head' },
      h(
        'div',
        {},
        h('h1', {}, 'Services'),
        h(
          'p',
          {},
          'Processes of this machine, each on a port of 127.0.0.1. One that ends by itself is started again.',
        ),
      ),
    ),
    h(
      'section',
      { class: 'sheet scroll', 'aria-label': 'Services' },
      h(
        'table',
        {},
        h(
          'thead',
          {},
          h(
            'tr',
            {},
            COLUMNS.map(([name, kind]) => h('th', { class: kind, scope: 'col' }, name)),
          ),
        ),
        body,
      ),
    ),
    log,
  );
  let shownLog;
  const showLog = async (name) => {
    shownLog = name;
    const { path, lines } = await get(`services/${name}/log`);
    if (shownLog !== name) return;
    const text = h(
      'pre',
      { class: 'log', tabindex: 0, 'aria-label': `Last lines of ${name}` },
      lines.map(readable).join('\n') || 'It said nothing.',
    );
    log.replaceChildren(
      h(
        'section',
        { class: 'sheet', 'aria-label': `Log of ${name}` },
        h(
          'div',
          { class: 'sheet-head' },
          h('h2', {}, `What ${name} said last`),
          h('p', { class: 'mono' }, path),
        ),
        text,
      ),
    );
    text.scrollTop = text.scrollHeight;
  };
  void showLog('streamer').catch(() => undefined);
  return onFlow(({ services }) => {
    for (const service of services) {
      const row = rows.get(service.name) ?? addRow(service, body, rows, showLog);
      update(row, service);
    }
  });
}

function addRow({ name, title, url }, body, rows, showLog) {
  const lamp = h('span', { class: 'lamp', 'aria-hidden': 'true' });
  const cells = COLUMNS.slice(1, -1).map(([, kind]) => h('td', { class: kind }));
  const looks = h(
    'td',
    {},
    h(
      'a',
      { href: `${url}/metrics`, target: '_blank', rel: 'noreferrer' },
      'metrics',
      h('span', { class: 'unseen' }, ` of ${name}`),
    ),
    ' ',
    h(
      'button',
      { type: 'button', onclick: () => void showLog(name).catch(() => undefined) },
      'Log',
      h('span', { class: 'unseen' }, ` of ${name}`),
    ),
  );
  const row = { lamp, cells };
  body.append(h('tr', {}, h('th', { scope: 'row' }, lamp, title), cells, looks));
  rows.set(name, row);
  return row;
}

function update({ lamp, cells }, service) {
  const { ready, state, reasons, lastEnd, restarts } = service;
  lamp.className = `lamp ${ready ? 'on' : state === 'starting' || state === 'waiting' ? '' : 'look'}`;
  const trouble = state === 'running' ? (ready ? 'ready' : `not ready: ${reasons.join('; ')}`) : state;
  const texts = [
    lastEnd === null ? trouble : `${trouble} (ended before: ${lastEnd})`,
    span(service.upForMs),
    number(restarts),
    service.cpuPercent === null ? '–' : `${number(service.cpuPercent, 1)} %`,
    bytes(service.memoryBytes),
    service.loopP99Ms === null ? '–' : `${number(service.loopP99Ms, 1)} ms`,
    rate(service.requestsPerS),
    service.pid === null ? '–' : String(service.pid),
  ];
  for (const [index, text] of texts.entries()) setText(cells[index], text);
  cells[0].classList.toggle('look-text', !ready && state !== 'starting' && state !== 'waiting');
}

/** The services log JSON: time, level, message, and the rest of the fields. */
function readable(line) {
  try {
    const { time, level, msg, ...rest } = JSON.parse(line);
    // One process, one machine: every line would say the same.
    delete rest.pid;
    delete rest.hostname;
    const more = Object.keys(rest).length === 0 ? '' : `  ${JSON.stringify(rest)}`;
    const word = level >= 50 ? 'ERROR ' : level >= 40 ? 'WARN  ' : '';
    return `${new Date(time).toLocaleTimeString('en-GB')}  ${word}${msg}${more}`;
  } catch {
    return line;
  }
}
