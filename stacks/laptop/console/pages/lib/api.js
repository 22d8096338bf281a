/** What pages ask the console for. */
const { clearTimeout, EventSource, fetch, setTimeout, URLSearchParams } = globalThis;

const RETRY_MS = 2000;

export async function get(path, query = {}, signal = undefined) {
  return answerOf(await fetch(url(path, query), { signal }));
}

export async function post(path) {
  return answerOf(await fetch(url(path), { method: 'POST' }));
}

/** Follows readings until the returned function is called; comes back by itself after a break. */
export function follow(filter, { onReading, onState }) {
  let source;
  let timer;
  const open = () => {
    source = new EventSource(url('live', filter));
    source.onopen = () => onState('live');
    source.onmessage = ({ data }) => onReading(JSON.parse(data));
    source.onerror = () => {
      onState('away');
      // After a refusal the browser does not try again by itself.
      if (source.readyState === EventSource.CLOSED) timer = setTimeout(open, RETRY_MS);
    };
  };
  open();
  return () => {
    clearTimeout(timer);
    source.close();
  };
}

function url(path, query = {}) {
  const parameters = new URLSearchParams(Object.entries(query).filter(([, value]) => value !== undefined));
  const text = parameters.toString();
  return `/api/${path}${text === '' ? '' : `?${text}`}`;
}

async function answerOf(answer) {
  const body = await answer.json();
  if (!answer.ok) throw new Error(body.detail ?? body.title ?? `status ${answer.status}`);
  return body;
}
