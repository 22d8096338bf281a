/**
 * The review page as one file: document, script and style in it, and a policy for the browser that lets nothing else in.
 */
import { createHash } from 'node:crypto';
import { pageBundle } from './page-bundle';
import type { ReviewDocument } from './review-document';

/**
 * Whole, as a browser opens it from disk.
 * @param root the checkout, in which the page's sources lie
 * @throws OutputError where they do not
 */
export function reviewHtml(document: ReviewDocument, root: string): string {
  const { script, style } = pageBundle(root);
  return [
    '<!doctype html>',
    '<html lang="en">',
    '<head>',
    '<meta charset="utf-8">',
    `<meta http-equiv="Content-Security-Policy" content="${reviewPolicy(root)}">`,
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    '<meta name="referrer" content="no-referrer">',
    '<link rel="icon" href="data:,">',
    `<title>${escapeHtml(document.environment)}</title>`,
    `<style>${style}</style>`,
    '</head>',
    '<body>',
    '<noscript>This page shows its data by a script of its own: allow scripts for it.</noscript>',
    `<script type="application/json" id="review">${inlineJson(document)}</script>`,
    `<script>${script}</script>`,
    '</body>',
    '</html>',
    '',
  ].join('\n');
}

/** What the browser is told to let in: the script and the style of the page, and nothing from elsewhere. */
function reviewPolicy(root: string): string {
  const { script, style } = pageBundle(root);
  return [
    "default-src 'none'",
    `script-src ${hashOf(script)}`,
    `style-src ${hashOf(style)}`,
    'img-src data:',
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
}

function hashOf(text: string): string {
  return `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
}

/** `<` could end the element that it stands in; the two separators end a line in JavaScript, not in JSON. */
function inlineJson(value: unknown): string {
  return JSON.stringify(value)
    .replaceAll('<', '\\u003c')
    .replaceAll('\u2028', '\\u2028')
    .replaceAll('\u2029', '\\u2029');
}

function escapeHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}
