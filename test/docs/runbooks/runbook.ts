/**
 * A runbook, read: its heading, what it says before the first section, its sections; and what is wrong with it.
 */

export interface Runbook {
  readonly title: string;
  readonly meaning: string;
  /** Text by heading, in the page's order. */
  readonly sections: ReadonlyMap<string, string>;
}

/** What there is that a page may name. */
export interface Known {
  readonly commands: readonly string[];
  readonly environments: readonly string[];
  readonly dashboards: readonly string[];
}

const SECTIONS = ['Look at', 'Do', 'It is over when'];
/** Shorter than any sentence that helps. */
const SAYS_SOMETHING = 40;
/** PromQL's own words, and labels: no metrics have them for a name. */
const METRIC = /\b[a-z][a-z0-9]*(?:_[a-z0-9]+)+\b|\bup\b/gi;
const FUNCTIONS =
  /^(?:group_left|group_right|label_replace|label_join|histogram_quantile|predict_linear|\w+_over_time|by|on)$/;

function readRunbook(markdown: string): Runbook {
  const [head = '', ...rest] = markdown.split(/^## /m);
  const [title = '', ...meaning] = head.split('\n');
  const sections = rest.map((text): [string, string] => {
    const [heading = '', ...lines] = text.split('\n');
    return [heading.trim(), lines.join('\n').trim()];
  });
  return {
    title: title.replace(/^# /, '').trim(),
    meaning: meaning.join('\n').trim(),
    sections: new Map(sections),
  };
}

/** What is wrong with the page of an alert that has these expressions, one line each. */
export function mistakesOf(
  alert: string,
  exprs: readonly string[],
  markdown: string,
  known: Known,
): string[] {
  const { title, meaning, sections } = readRunbook(markdown);
  const [lookAt = '', todo = '', over = ''] = SECTIONS.map((heading) => sections.get(heading) ?? '');
  const named = metricsIn(codeOf(lookAt));
  // None, where it fires always.
  const asked = [...new Set(exprs.flatMap(metricsIn))];
  const mistakes = [
    title === alert ? '' : `its heading is "${title}", and the alert ${alert}`,
    meaning.length >= SAYS_SOMETHING ? '' : 'it does not say what the alert means, before the first section',
    String([...sections.keys()]) === String(SECTIONS)
      ? ''
      : `its sections are ${[...sections.keys()].join(', ') || 'none'}; a runbook has ${SECTIONS.join(', ')}`,
    asked.length === 0 || asked.some((metric) => named.includes(metric))
      ? ''
      : `"Look at" names no metric of the alert's expression: ${asked.join(', ')}`,
    /^(?:\d+\.|-) \S/m.test(lookAt) ? '' : '"Look at" is no list',
    /^(?:\d+\.|-) \S/m.test(todo) && todo.length >= SAYS_SOMETHING ? '' : '"Do" lists no step',
    over.length >= SAYS_SOMETHING && codeOf(over) !== ''
      ? ''
      : '"It is over when" names no value or state to look for, in backticks',
  ];
  return [...mistakes.filter((mistake) => mistake !== ''), ...unknownNames(markdown, known)];
}

/** Dashboards, commands and environments that are named and are not there. */
export function unknownNames(markdown: string, { commands, environments, dashboards }: Known): string[] {
  const uids = [...markdown.matchAll(/dashboards? `([^`]+)`/g)].map(([, uid = '']) => uid);
  const called = [...markdown.matchAll(/`(?:npx )?hyperion ([a-z]+)(?: ([a-z]+-[a-z]+|anton)\b)?[^`]*`/g)];
  return [
    ...uids.filter((uid) => !dashboards.includes(uid)).map((uid) => `there is no dashboard ${uid}`),
    ...called
      .map(([, command = '']) => command)
      .filter((command) => !commands.includes(command))
      .map((command) => `there is no command hyperion ${command}`),
    ...called
      .flatMap(([, , environment]) => environment ?? [])
      .filter((environment) => !environments.includes(environment))
      .map((environment) => `there is no environment ${environment}`),
  ];
}

/** What stands in backticks or in a fenced block. */
function codeOf(markdown: string): string {
  return [...markdown.matchAll(/```[^]*?```|`[^`]+`/g)].map(([code]) => code).join('\n');
}

function metricsIn(text: string): string[] {
  const withoutLabels = text.replace(/"[^"]*"/g, '""');
  return [...withoutLabels.matchAll(METRIC)].map(([name]) => name).filter((name) => !FUNCTIONS.test(name));
}
