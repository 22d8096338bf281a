/**
 * Who may do what at the doors of a metrics hub, as one table: vmauth's users, Grafana's roles and the rights of people
 * in Kubernetes all come from it. The table itself stands in the system's file; an empty cell is a right that nobody
 * has to take away, because nothing gives it.
 */
import type { Problem } from '../core/config-error';
import type { Load } from '../core/delivery';
import type { Endpoint } from '../core/endpoint';
import type { Platform } from '../core/platform';
import type { SecretRef } from '../core/secrets';
import type { VmauthUser } from './vmauth';

/** The columns, and what each cell may say. */
const DOORS = {
  vminsert: ['write'],
  vmselect: ['read'],
  grafana: ['view', 'full'],
  exporters: ['read'],
} as const;

type Door = keyof typeof DOORS;
export type AccessRow = { readonly [D in Door]?: (typeof DOORS)[D][number] };

/** Who stands behind a row. Programs are known by a token, people by their group at the identity provider. */
export type Holder =
  | {
      readonly kind: 'program';
      readonly token: SecretRef;
      /** What it writes at the declared workload. @default nothing in normal operation */
      readonly load?: Load;
      readonly maxConcurrentRequests?: number;
    }
  | {
      readonly kind: 'people';
      readonly group: string;
      /** For what they do past Grafana, at vmauth. @default none */
      readonly token?: SecretRef;
      readonly maxConcurrentRequests?: number;
    };

export interface AccessMatrix {
  readonly rows: Readonly<Record<string, AccessRow>>;
  /** By the same names as the rows. */
  readonly holders: Readonly<Record<string, Holder>>;
}

/** What lies behind vmauth. */
export interface GuardedDoors {
  readonly vminsert: Endpoint<'metrics', 'prometheus-remote-write'>;
  readonly vmselect: Endpoint<'queries', 'prometheus-query'>;
  /** Those of the hub's own cluster; the others' are read through their own Kubernetes API. */
  readonly exporters: readonly Endpoint<'metrics', 'prometheus-scrape'>[];
}

/** vmauth's users: whoever has a right behind it. */
export function vmauthUsers(matrix: AccessMatrix, doors: GuardedDoors): Record<string, VmauthUser> {
  const users: Record<string, VmauthUser> = {};
  for (const { name, row, holder } of entries(matrix)) {
    if (holder.token === undefined || !isGuarded(row)) continue;
    const { maxConcurrentRequests } = holder;
    users[name] = {
      token: holder.token,
      ...(row.vminsert === undefined ? {} : { writes: doors.vminsert }),
      ...(row.vmselect === undefined ? {} : { reads: doors.vmselect }),
      ...(row.exporters === undefined ? {} : { exporters: doors.exporters }),
      ...(holder.kind === 'program' && holder.load !== undefined ? { load: holder.load } : {}),
      ...(maxConcurrentRequests === undefined ? {} : { maxConcurrentRequests }),
    };
  }
  return users;
}

/** The groups behind each of Grafana's roles. A program's own full right is that it runs Grafana: no role of a person. */
export function grafanaRoles(matrix: AccessMatrix): {
  readonly admin: readonly string[];
  readonly viewer: readonly string[];
} {
  return { admin: groups(matrix, 'grafana', 'full'), viewer: groups(matrix, 'grafana', 'view') };
}

/** The groups that may read the exporters through each cluster's Kubernetes API. */
export function exporterReaders(matrix: AccessMatrix): readonly string[] {
  return groups(matrix, 'exporters', 'read');
}

/** Reports every mistake of the table. */
export function checkAccess(platform: Platform, matrix: AccessMatrix): void {
  for (const mistake of accessMistakes(matrix)) platform.report('access', mistake);
}

export function accessMistakes(matrix: AccessMatrix): Omit<Problem, 'path'>[] {
  return [
    ...Object.entries(matrix.rows).flatMap(([name, row]) => rowMistakes(name, row, matrix.holders[name])),
    ...Object.keys(matrix.holders)
      .filter((name) => Object.keys(matrix.rows[name] ?? {}).length === 0)
      .map((name) => ({
        property: `rows.${name}`,
        value: matrix.rows[name] ?? null,
        rule: `${name} stands among the holders and has no right at any door`,
        remedy: 'give a right in at least one column, or leave the holder out',
      })),
    ...sharedGroups(matrix),
  ];
}

function rowMistakes(name: string, row: AccessRow, holder: Holder | undefined): Omit<Problem, 'path'>[] {
  const cells = Object.entries(row);
  const at = (door: string): string => `rows.${name}.${door}`;
  const unknown = cells.flatMap(([door, right]) => {
    const rights: readonly string[] | undefined = (DOORS as Readonly<Record<string, readonly string[]>>)[
      door
    ];
    if (rights?.includes(right) === true) return [];
    return [
      {
        property: at(door),
        value: right,
        rule:
          rights === undefined
            ? `the columns are ${Object.keys(DOORS).join(', ')}`
            : `in the column ${door} stands ${rights.join(' or ')}, or nothing`,
        remedy: 'correct the cell, or leave it out',
      },
    ];
  });
  if (holder === undefined) {
    return [
      ...unknown,
      {
        property: `holders.${name}`,
        value: null,
        rule: `nobody stands behind the row ${name}: ${cells.map(([door, right]) => `${door} ${right}`).join(', ')}`,
        remedy: 'name the token of the program or the group of the people, or leave the row out',
      },
    ];
  }
  return [...unknown, ...holderMistakes(name, row, holder)];
}

/** Programs are known to vmauth by a token, people to Grafana and Kubernetes by a group. */
function holderMistakes(name: string, row: AccessRow, holder: Holder): Omit<Problem, 'path'>[] {
  const mistakes: Omit<Problem, 'path'>[] = [];
  if (isGuarded(row) && holder.token === undefined) {
    mistakes.push({
      property: `holders.${name}.token`,
      value: null,
      rule: 'who writes to vminsert, reads vmselect or reads exporters shows a token to vmauth',
      remedy: 'name the secret with the token, or leave these cells empty',
    });
  }
  if (!isGuarded(row) && holder.token !== undefined) {
    mistakes.push({
      property: `holders.${name}.token`,
      value: holder.token.name,
      rule: 'the token opens nothing: no cell of the row is behind vmauth',
      remedy: 'leave the token out, or give a right at vminsert, vmselect or the exporters',
    });
  }
  if (holder.kind === 'program' && (row.grafana === 'view' || row.exporters !== undefined)) {
    mistakes.push({
      property: `holders.${name}.kind`,
      value: holder.kind,
      rule: 'people look at Grafana and at exporters, by their group; a program has no group',
      remedy: 'make the holder people with a group, or leave these cells empty',
    });
  }
  return mistakes;
}

function sharedGroups({ holders }: AccessMatrix): Omit<Problem, 'path'>[] {
  const first = new Map<string, string>();
  return Object.entries(holders).flatMap(([name, holder]) => {
    if (holder.kind !== 'people') return [];
    const other = first.get(holder.group);
    if (other === undefined) {
      first.set(holder.group, name);
      return [];
    }
    return [
      {
        property: `holders.${name}.group`,
        value: holder.group,
        rule: `the group says who somebody is, and it is ${other}'s already`,
        remedy: 'put both rights into one row, or name another group',
      },
    ];
  });
}

function isGuarded({ vminsert, vmselect, exporters }: AccessRow): boolean {
  return vminsert !== undefined || vmselect !== undefined || exporters !== undefined;
}

function entries({ rows, holders }: AccessMatrix): { name: string; row: AccessRow; holder: Holder }[] {
  return Object.entries(rows).flatMap(([name, row]) => {
    const holder = holders[name];
    return holder === undefined ? [] : [{ name, row, holder }];
  });
}

function groups<D extends Door>(matrix: AccessMatrix, door: D, right: AccessRow[D]): readonly string[] {
  return entries(matrix).flatMap(({ row, holder }) =>
    holder.kind === 'people' && row[door] === right ? [holder.group] : [],
  );
}
