/** What a command of Pulumi did, from the events of its engine (`--json`). */
import type { EngineEvent } from '@pulumi/pulumi/automation';
import type { Manifest } from '../../../policies/manifest';
import { fieldsAt, textAt } from '../../../stacks/manifest-data';
import { nameOf as formatManifest } from '../control-plane/availability';

export interface PulumiRun {
  readonly isGood: boolean;
  /** What it did or would do, without the stack itself and its providers. */
  readonly steps: readonly Step[];
  /** What it said of them beside errors: what it is waiting for, and what the API server warns of. */
  readonly warnings: readonly string[];
  readonly violations: readonly Violation[];
  /** Everything that it said, for a reader of a failed test. */
  readonly said: string;
}

export interface Step {
  /** `create`, `update`, `same`, `delete`, `replace`, … */
  readonly op: string;
  readonly type: string;
  readonly name: string;
  /** Kind, namespace and name, where it is an object of a cluster: `Service monitoring/grafana`. */
  readonly object: string | undefined;
  /** Paths of the properties that change. */
  readonly changed: readonly string[];
  /** Whether the stack refuses to delete it. */
  readonly isProtected: boolean;
  /** Whether it stays in the cluster when the stack deletes it. */
  readonly isKept: boolean;
}

interface Violation {
  readonly policy: string;
  readonly level: string;
  readonly message: string;
  readonly resource: string;
}

/** Not objects of a cluster. */
const NO_OBJECT = /^pulumi:(pulumi:Stack|providers:)/;

/** That it takes a plug-in from the PATH is what this proof wants of it. */
const FROM_PATH = /using pulumi-[a-z-]+ from \$PATH at /;

export function readRun(status: number, stdout: string, stderr: string): PulumiRun {
  const lines = stdout.split('\n').filter((line) => line !== '');
  const isEvent = (line: string): boolean => line.startsWith('{"');
  const events = lines.filter(isEvent).map((line) => JSON.parse(line) as EngineEvent);
  const told = events.flatMap(({ diagnosticEvent }) =>
    diagnosticEvent === undefined || FROM_PATH.test(diagnosticEvent.message) ? [] : [diagnosticEvent],
  );
  const inWords = (severity: RegExp): string[] =>
    told
      .filter((event) => severity.test(event.severity))
      .map(({ urn, message }) => `${urn === undefined ? '' : `${nameOf(urn)}: `}${plain(message)}`);
  return {
    isGood: status === 0,
    steps: events.flatMap(({ resourcePreEvent: event }) => {
      if (event === undefined || NO_OBJECT.test(event.metadata.type)) return [];
      const { op, type, urn, detailedDiff, new: wanted, old } = event.metadata;
      const object = objectOf((wanted ?? old)?.inputs);
      // What there is none of is null in JSON.
      return [
        {
          op,
          type,
          name: nameOf(urn),
          object,
          changed: Object.keys(fieldsAt(detailedDiff)).sort(),
          isProtected: wanted?.protect === true,
          isKept: wanted?.retainOnDelete === true,
        },
      ];
    }),
    warnings: inWords(/^warning/),
    violations: events.flatMap(({ policyEvent: event }) =>
      event === undefined
        ? []
        : [
            {
              policy: event.policyName,
              level: event.enforcementLevel,
              message: plain(event.message),
              resource: event.resourceUrn === undefined ? '' : nameOf(event.resourceUrn),
            },
          ],
    ),
    said: [...inWords(/error/), ...lines.filter((line) => !isEvent(line)), stderr].join('\n'),
  };
}

function objectOf(inputs: unknown): string | undefined {
  const isObject = textAt(inputs, 'kind') !== undefined && textAt(inputs, 'metadata', 'name') !== undefined;
  return isObject ? formatManifest(inputs as Manifest) : undefined;
}

/** Of `urn:pulumi:stack::project::types::name`. */
function nameOf(urn: string): string {
  return urn.split('::').slice(3).join('::');
}

/** Messages carry marks for colours, e.g. `<{%reset%}>`. */
function plain(message: string): string {
  return message.replace(/<\{%[^%]*%\}>/g, '').trim();
}
