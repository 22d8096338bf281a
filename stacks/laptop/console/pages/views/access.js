/** How to get at the data without this console: the API's documentation, and a key for it. */
import { get, post } from '../lib/api.js';
import { h } from '../lib/dom.js';
import { dayAndClock } from '../lib/format.js';
import { FIRST_METRIC } from '../lib/metrics.js';

const { location, navigator } = globalThis;

export function accessView(root) {
  const content = h('div');
  root.append(
    h(
      'div',
      { class: 'head' },
      h(
        'div',
        {},
        h('h1', {}, 'API'),
        h(
          'p',
          {},
          'Devices, latest values, ranges with windows and percentiles, top lists and gaps; as JSON, NDJSON or CSV.',
        ),
      ),
    ),
    content,
  );
  void get('access').then(
    (access) => content.replaceChildren(...steps(access)),
    (error) => content.replaceChildren(h('p', { class: 'empty' }, error.message)),
  );
}

function steps({ apiUrl, docsUrl, adminKeyFile }) {
  const key = h('div', { 'aria-live': 'polite' });
  const make = h(
    'button',
    {
      type: 'button',
      class: 'primary',
      onclick: () => {
        post('keys').then(
          (made) => key.replaceChildren(...madeKey(made, apiUrl)),
          (error) => key.replaceChildren(h('p', { class: 'look-text' }, error.message)),
        );
      },
    },
    'Make a key for reading',
  );
  return [
    h(
      'section',
      { class: 'sheet' },
      h('div', { class: 'sheet-head' }, h('h2', {}, 'A key')),
      h(
        'p',
        { class: 'soft' },
        'It may read, for 24 hours, and is shown once. The admin key, which the API made at its first start, is in this file, for you only:',
      ),
      copyable(adminKeyFile, 'the path of the admin key'),
      h('p', { class: 'actions' }, make),
      key,
    ),
    h(
      'section',
      { class: 'sheet' },
      h('div', { class: 'sheet-head' }, h('h2', {}, 'Swagger UI')),
      h(
        'p',
        { class: 'soft' },
        'Every route, to be tried out. Press “Authorize” there and paste the key into either field.',
      ),
      h(
        'p',
        { class: 'actions' },
        h(
          'a',
          { class: 'button', href: docsUrl, target: '_blank', rel: 'noreferrer' },
          `Open ${docsUrl.replace(/^https?:\/\//, '')}`,
        ),
        h(
          'a',
          { class: 'button', href: `${apiUrl}/openapi.json`, target: '_blank', rel: 'noreferrer' },
          'OpenAPI document',
        ),
      ),
    ),
  ];
}

function madeKey({ key, expiresAt }, apiUrl) {
  return [
    h('p', { class: 'soft' }, `Until ${dayAndClock(Date.parse(expiresAt))}:`),
    copyable(key, 'the key'),
    h('p', { class: 'soft' }, 'For example, the three hottest GPUs of the last quarter of an hour:'),
    copyable(
      `curl -H 'X-API-Key: ${key}' '${apiUrl}/v1/top?metric=${FIRST_METRIC}&from=-15m&aggregate=max&limit=3'`,
      'the command',
    ),
  ];
}

function copyable(text, what) {
  const button = h(
    'button',
    {
      type: 'button',
      onclick: async () => {
        await navigator.clipboard.writeText(text);
        button.replaceChildren('Copied');
      },
    },
    'Copy',
    h('span', { class: 'unseen' }, ` ${what}`),
  );
  // Browsers give pages the clipboard on 127.0.0.1 and over TLS only.
  return h(
    'div',
    { class: 'copy' },
    h('code', { tabindex: 0 }, text),
    location.protocol === 'http:' && navigator.clipboard === undefined ? null : button,
  );
}
