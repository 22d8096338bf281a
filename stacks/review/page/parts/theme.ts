/** Light, dark, or what the system says. Remembered, where the browser remembers for pages from disk. */
import { h } from '../dom';

const KEY = 'hyperion-review-theme';
const THEMES = ['system', 'light', 'dark'] as const;
type Theme = (typeof THEMES)[number];

export function themeSwitch(): HTMLElement {
  const select = h(
    'select',
    { 'aria-label': 'Theme', class: 'theme' },
    ...THEMES.map((theme) =>
      h('option', { value: theme }, `${theme.charAt(0).toUpperCase()}${theme.slice(1)}`),
    ),
  );
  const show = (theme: Theme): void => {
    if (theme === 'system') document.documentElement.removeAttribute('data-theme');
    else document.documentElement.dataset.theme = theme;
  };
  const remembered = read();
  select.value = remembered;
  show(remembered);
  select.addEventListener('change', () => {
    const theme = THEMES.find((name) => name === select.value) ?? 'system';
    show(theme);
    remember(theme);
  });
  return select;
}

function read(): Theme {
  try {
    const kept = localStorage.getItem(KEY);
    return THEMES.find((name) => name === kept) ?? 'system';
  } catch {
    return 'system';
  }
}

function remember(theme: Theme): void {
  try {
    localStorage.setItem(KEY, theme);
  } catch {
    // Private windows refuse: then it lasts as long as the page.
  }
}
