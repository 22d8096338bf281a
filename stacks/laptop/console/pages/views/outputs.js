/** What the synthesis wrote for each environment, to be read. */
import { get } from '../lib/api.js';
import { h } from '../lib/dom.js';
import { bytes, number } from '../lib/format.js';

export function outputsView(root) {
  const content = h('div');
  root.append(
    h(
      'div',
      { class: 'head' },
      h(
        'div',
        {},
        h('h1', {}, 'Environments'),
        h(
          'p',
          {},
          'What a cluster would get: the review page, which shows the whole; manifests in the order in which components start, each component’s own configuration, the graph of the flow, and the images.',
        ),
      ),
    ),
    content,
  );
  void get('environments').then(
    ({ environments, folder }) =>
      content.replaceChildren(
        ...(environments.length === 0
          ? [
              h(
                'section',
                { class: 'sheet' },
                h('p', { class: 'empty' }, `Nothing is in ${folder} yet: run npx hyperion synth.`),
              ),
            ]
          : environments.map(sheet)),
      ),
    (error) => content.replaceChildren(h('p', { class: 'empty' }, error.message)),
  );
}

function sheet({ name, files }, index) {
  const folders = new Map([['', []]]);
  for (const file of files) {
    const slash = file.path.indexOf('/');
    const folder = slash === -1 ? '' : file.path.slice(0, slash);
    folders.set(folder, [...(folders.get(folder) ?? []), file]);
  }
  return h(
    'section',
    { class: 'sheet', 'aria-label': name },
    h(
      'div',
      { class: 'sheet-head' },
      h('h2', {}, name),
      h(
        'p',
        {},
        h('a', { href: `/review/${name}/`, target: '_blank' }, 'Review page'),
        ` · ${number(files.length)} files, ${bytes(total(files))}`,
      ),
    ),
    [...folders].map(([folder, inside]) =>
      folder === ''
        ? list(name, inside)
        : h(
            'details',
            { open: index === 0 && folder === 'manifests' },
            h('summary', {}, `${folder}/ `, h('span', { class: 'soft' }, `${inside.length} files`)),
            list(name, inside),
          ),
    ),
  );
}

function list(environment, files) {
  return h(
    'ul',
    { class: 'files' },
    files.map(({ path, bytes: size }) =>
      h(
        'li',
        {},
        h('a', { href: `/output/${environment}/${path}`, target: '_blank' }, path),
        h('span', { class: 'soft' }, bytes(size)),
      ),
    ),
  );
}

function total(files) {
  return files.reduce((sum, { bytes: size }) => sum + size, 0);
}
