/** Messages that the collector could make nothing of, each with the reason. */
import { get } from '../lib/api.js';
import { h } from '../lib/dom.js';
import { dayAndClock, number } from '../lib/format.js';

const { clearInterval, setInterval } = globalThis;

const INTERVAL_MS = 5000;

export function lettersView(root) {
  const content = h('div');
  root.append(
    h(
      'div',
      { class: 'head' },
      h(
        'div',
        {},
        h('h1', {}, 'Dead letters'),
        h(
          'p',
          {},
          'Messages that no store will take, or that were delivered too often. They wait, oldest first, until somebody takes them out.',
        ),
      ),
    ),
    content,
  );
  let before;
  const load = async () => {
    try {
      const answer = await get('dead-letters');
      const text = JSON.stringify(answer);
      // What is open stays open when nothing changed.
      if (text !== before) content.replaceChildren(...lettersOf(answer));
      before = text;
    } catch (error) {
      content.replaceChildren(h('p', { class: 'empty' }, error.message));
    }
  };
  void load();
  const timer = setInterval(load, INTERVAL_MS);
  return () => clearInterval(timer);
}

function lettersOf({ messages, limit }) {
  if (messages.length === 0) {
    return [
      h(
        'section',
        { class: 'sheet' },
        h('p', { class: 'empty' }, 'None. Every message so far was understood and stored.'),
      ),
    ];
  }
  const rows = messages.map(({ partition, offset, publishedAtMs, key, headers = {}, body }) => {
    const {
      'dead-letter-reason': reason = 'no reason given',
      'dead-letter-attempts': attempts = '',
      'dead-letter-offset': was = String(offset),
    } = headers;
    return h(
      'tr',
      {},
      h('td', {}, dayAndClock(publishedAtMs)),
      h('td', {}, reason),
      h('td', { class: 'number' }, attempts),
      h('td', { class: 'number' }, `${partition}/${was}`),
      h(
        'td',
        {},
        h('details', {}, h('summary', {}, key ?? 'no key'), h('pre', { class: 'body' }, pretty(body))),
      ),
    );
  });
  const head = ['Given up', 'Reason', 'Deliveries', 'Partition/offset', 'Key and message'];
  const numbers = new Set(['Deliveries', 'Partition/offset']);
  return [
    h(
      'section',
      { class: 'sheet scroll', 'aria-label': 'Dead letters' },
      h(
        'table',
        {},
        h('caption', { class: 'unseen' }, `${number(messages.length)} dead letters`),
        h(
          'thead',
          {},
          h(
            'tr',
            {},
            head.map((name) => h('th', { scope: 'col', class: numbers.has(name) ? 'number' : '' }, name)),
          ),
        ),
        h('tbody', {}, rows),
      ),
    ),
    ...(messages.length < limit ? [] : [h('p', { class: 'soft' }, `The oldest ${limit} are shown.`)]),
  ];
}

function pretty(body) {
  try {
    return JSON.stringify(JSON.parse(body), undefined, 2);
  } catch {
    return body;
  }
}
