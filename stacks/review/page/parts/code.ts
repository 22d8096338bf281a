/** Text of files: with line numbers, to be copied; and differences, with signs. */
import { h } from '../dom';
import { yamlPieces } from './yaml-pieces';

/** Above that, colours cost more than they give. */
const MAX_COLOURED_LINES = 6000;

export function codeBlock(text: string, name: string): HTMLElement {
  const lines = text.replace(/\n$/, '').split('\n');
  const code = h('code');
  if (lines.length > MAX_COLOURED_LINES) code.append(lines.join('\n'));
  else for (const line of lines) appendColoured(code, line);
  return h(
    'figure',
    { class: 'code' },
    h('figcaption', {}, h('span', { class: 'mono' }, name), copyButton(text, code)),
    h(
      'div',
      { class: 'code-body', role: 'region', 'aria-label': name, tabindex: '0' },
      h('pre', { class: 'gutter', 'aria-hidden': 'true' }, lines.map((_, i) => String(i + 1)).join('\n')),
      h('pre', {}, code),
    ),
  );
}

function appendColoured(code: HTMLElement, line: string): void {
  for (const { text, kind } of yamlPieces(line)) {
    code.append(kind === 'plain' ? text : h('span', { class: `is-${kind}` }, text));
  }
  code.append('\n');
}

function copyButton(text: string, shown: HTMLElement): HTMLElement {
  const button = h('button', { type: 'button', class: 'small' }, 'Copy');
  const said = h('span', { class: 'unseen', 'aria-live': 'polite' });
  const say = (what: string): void => {
    button.textContent = what;
    said.textContent = what;
  };
  button.addEventListener('click', () => {
    copy(text).then(
      () => {
        say('Copied');
      },
      () => {
        getSelection()?.selectAllChildren(shown);
        say('Selected: now copy it with the keyboard');
      },
    );
  });
  return h('span', {}, button, said);
}

/** Some browsers give no clipboard to a page from disk. */
async function copy(text: string): Promise<void> {
  if (!('clipboard' in navigator)) throw new Error('no clipboard');
  await navigator.clipboard.writeText(text);
}

const SIGNS = [
  ['+++', 'file'],
  ['---', 'file'],
  ['@@', 'place'],
  ['+', 'added'],
  ['-', 'removed'],
] as const;

/** A unified difference; signs stay, so that colours are not needed. */
export function diffBlock(text: string, name: string): HTMLElement {
  const lines = text
    .replace(/\n$/, '')
    .split('\n')
    .map((line) => {
      const kind = SIGNS.find(([sign]) => line.startsWith(sign))?.[1] ?? 'same';
      return h('span', { class: `line is-${kind}` }, `${line}\n`);
    });
  return h(
    'div',
    { class: 'diff', role: 'region', 'aria-label': name, tabindex: '0' },
    h('pre', {}, h('code', {}, ...lines)),
  );
}
