/**
 * The review as a comment of a pull request: what is grave first, and within the size that code hosts accept, whatever the
 * environment is.
 */
import { humanBytes, humanSeconds } from '../../constructs/core/quantity';
import type { Effect } from '../diff/effects';
import type { ChangedObject, Changes } from './changes/changes';
import { TOTAL } from './changes/amounts';
import { counted } from './changes/facts/fact';
import { amountValue } from './changes/facts/size-facts';
import { grouped } from './changes/grouped';
import { seconds } from './changes/guarantees';
import { escaped } from './markdown/escape';
import { sectionWithin, type Section } from './markdown/section';
import type { ReviewDocument } from './review-document';

/** GitHub takes 65,536 characters for a comment, Azure DevOps 150,000. */
const LIMIT_CHARACTERS = 65_000;
/** What one section may take of the room that is left, so that those after it have some. */
const SHARE = 0.5;
const OPEN_ROWS = 15;

export function reviewMarkdown(document: ReviewDocument, limitCharacters = LIMIT_CHARACTERS): string {
  const page = 'review.html';
  const [head, foot] = [`${title(document)}\n\n${verdict(document)}\n\n`, where(document, page)];
  // A limit below that is none that a host has; it is kept all the same.
  if (head.length + foot.length > limitCharacters)
    return `See ${page}\n`.slice(0, Math.max(0, limitCharacters));
  let text = head;
  for (const section of sections(document)) {
    const room = limitCharacters - foot.length - text.length;
    if (section.rows.length > 0) text += sectionWithin(section, Math.floor(room * SHARE), page) ?? '';
  }
  return `${text}${foot}`;
}

function title({ environment, changes, unmade }: ReviewDocument): string {
  if (unmade === true) return `## ${escaped(environment)}: the model cannot be made`;
  if (changes === undefined) return `## ${escaped(environment)}`;
  if (changes.kind === 'compare') return `## ${escaped(environment)} compared with ${escaped(changes.base)}`;
  return `## ${escaped(environment)}: ${changes.objects.length === 0 ? 'nothing changes' : effectText(changes.effect)}`;
}

function effectText(effect: Effect): string {
  return effect === 'none' ? 'no effect by itself' : effect;
}

function verdict(document: ReviewDocument): string {
  const { changes, findings, exceptions, totals, describe, components, connections } = document;
  const said = [
    `${findings.length === 0 ? 'No findings' : `**Findings: ${findings.length}**`}, exceptions: ${exceptions.length}.`,
  ];
  if (changes === undefined) {
    return [
      `What it is: ${escaped(describe)}.`,
      `${counted(components.length, 'component')}, ${counted(connections.length, 'connection')}, ${counted(totals.objects, 'object')};`,
      `${counted(totals.pods, 'pod')} request ${Math.round(totals.cpuMillis / 100) / 10} CPUs, ${humanBytes(totals.memoryBytes)} of memory and ${humanBytes(totals.volumeBytes)} of volumes.`,
      ...said,
    ].join(' ');
  }
  const count = (change: string): number =>
    changes.objects.filter((object) => object.change === change).length;
  return [
    `Against ${escaped(changes.base)}: objects ${count('changed')} changed, ${count('added')} added, ${count('removed')} removed.`,
    ...said,
    ...(changes.notCompared === undefined ? [] : [`${escaped(changes.notCompared)}.`]),
  ].join(' ');
}

function where({ environment }: ReviewDocument, page: string): string {
  return `The picture, every object and the text behind each change: ${escaped(environment)}/${page}, which opens from disk.\n`;
}

/** In the order of what a reviewer must not miss. */
function sections(document: ReviewDocument): Section[] {
  const { changes, findings, exceptions } = document;
  return [
    {
      title: 'Findings',
      columns: ['Where', 'What', 'Rule', 'Remedy'],
      rows: findings.map(({ path, property, value, rule, remedy }) => [
        path,
        `${property} = ${value}`,
        rule,
        remedy,
      ]),
      open: OPEN_ROWS,
    },
    ...(changes === undefined ? [componentSection(document)] : changeSections(changes)),
    {
      title: 'Exceptions',
      columns: ['From', 'For', 'Reason', 'Owner', 'Until'],
      rows: exceptions.map(({ rule, subject, reason, owner, expires }) => [
        rule,
        subject,
        reason,
        owner,
        expires ?? 'no end',
      ]),
      open: 0,
    },
  ];
}

function componentSection({ components }: ReviewDocument): Section {
  return {
    title: 'Components',
    columns: ['Component', 'Layer', 'What it is', 'Runs'],
    rows: components.map(({ name, layer, summary, workloads }) => [
      name,
      layer,
      summary,
      workloads.map(({ kind, replicas }) => `${kind} × ${replicas}`).join(', '),
    ]),
    open: 0,
  };
}

function changeSections(changes: Changes): Section[] {
  return changes.kind === 'compare'
    ? [headlineSection(changes), objectSection(changes), connectionSection(changes)]
    : [
        headlineSection(changes),
        objectSection(changes),
        guaranteeSection(changes),
        amountSection(changes),
        connectionSection(changes),
      ];
}

function headlineSection({ kind, headlines }: Changes): Section {
  return {
    title: kind === 'compare' ? 'What differs' : 'What changes',
    columns: kind === 'compare' ? ['About', 'Difference'] : ['Effect', 'Change'],
    rows: headlines.map(({ topic, effect, text }) => [kind === 'compare' ? topic : effectText(effect), text]),
    open: 2 * OPEN_ROWS,
  };
}

function objectSection({ kind, objects }: Changes): Section {
  // Restarts and what has no effect are many; headlines sum them up.
  const isOpen = ({ effect }: ChangedObject): boolean => effect === 'data at risk' || effect === 'disruption';
  return {
    title: 'Objects',
    columns: kind === 'compare' ? ['Object', 'Is', 'Fields'] : ['Effect', 'Object', 'Is', 'Why'],
    rows: objects.map(({ id, change, effect, why, fields }) =>
      kind === 'compare'
        ? [id, change, fields.map(({ path }) => path).join(', ')]
        : [effectText(effect), id, change, why],
    ),
    open: Math.min(OPEN_ROWS, objects.filter(isOpen).length),
  };
}

function guaranteeSection({ guarantees }: Changes): Section {
  return {
    title: 'How long receivers may be away',
    columns: ['Connection', 'Before', 'After', 'Wanted', 'Because'],
    rows: guarantees.map(({ connection, beforeSeconds, afterSeconds, wantedSeconds, arithmetic }) => [
      connection,
      humanSeconds(seconds(beforeSeconds)),
      humanSeconds(seconds(afterSeconds)),
      humanSeconds(wantedSeconds),
      arithmetic.join(' + '),
    ]),
    open: OPEN_ROWS,
  };
}

const AMOUNTS = ['pods', 'cpu', 'memory', 'volumes'] as const;

/** A row for each component; the total first, which is the last in the document. */
function amountSection({ amounts }: Changes): Section {
  const components = grouped(
    [...amounts].sort((a, b) => Number(b.component === TOTAL) - Number(a.component === TOTAL)),
    ({ component }) => component,
  );
  return {
    title: 'Requests, volumes, pods',
    columns: ['Component', 'Pods', 'CPU', 'Memory', 'Volumes'],
    rows: components.map((own) => [
      own[0]?.component ?? '',
      ...AMOUNTS.map((what) => {
        const amount = own.find((one) => one.what === what);
        return amount === undefined
          ? ''
          : `${amountValue(what, amount.before)} → ${amountValue(what, amount.after)}`;
      }),
    ]),
    open: 1,
  };
}

/** Those that come and go before those that only carry more or less. */
function connectionSection({ connections }: Changes): Section {
  const isMoved = ({ change }: Changes['connections'][number]): boolean => change !== 'changed';
  return {
    title: 'Connections',
    columns: ['Connection', 'Is', 'What'],
    rows: [...connections]
      .sort((a, b) => Number(isMoved(b)) - Number(isMoved(a)))
      .map(({ id, change, fields }) => [
        id,
        change,
        fields.map(({ what, before, after }) => `${what}: ${before} → ${after}`).join('; '),
      ]),
    open: Math.min(OPEN_ROWS, connections.filter(isMoved).length),
  };
}
