/** A rendered container as a program on this machine: its arguments, its variables and its files, with addresses and folders changed. */
import type { Component } from '../../../constructs/core/component';
import type { Platform } from '../../../constructs/core/platform';
import { manifest } from '../../constructs/core/fixture';

interface Pod {
  readonly spec: {
    readonly template: {
      readonly spec: {
        readonly containers: readonly {
          readonly args: readonly string[];
          readonly env?: readonly {
            readonly name: string;
            readonly valueFrom?: { readonly secretKeyRef?: { readonly key: string } };
          }[];
        }[];
      };
    };
  };
}

/** What a secret is here: nobody outside the test knows it. */
export function valueOf(secret: string): string {
  return `value-of-${secret}`;
}

/**
 * @param changes what stands for what; the first that fits an argument's text is put in, several may fit
 * @returns the arguments, behind `env` with the variables that come from secrets
 */
export function commandOf(
  platform: Platform,
  kind: 'Deployment' | 'StatefulSet',
  name: string,
  program: string,
  changes: readonly (readonly [from: string, to: string])[],
): string[] {
  const { spec } = manifest(platform, kind, name) as unknown as Pod;
  const [container] = spec.template.spec.containers;
  const variables = (container?.env ?? []).flatMap(({ name: variable, valueFrom }) => {
    const key = valueFrom?.secretKeyRef?.key;
    return key === undefined ? [] : [`${variable}=${valueOf(key)}`];
  });
  const args = (container?.args ?? []).map((arg) =>
    changes.reduce((text, [from, to]) => text.replaceAll(from, to), arg),
  );
  return ['env', ...variables, program, ...args];
}

export function fileOf(component: Component, name: string): string {
  const file = component.configs.flatMap(({ files }) => files).find((candidate) => candidate.name === name);
  if (file === undefined) throw new Error(`no file ${name}`);
  return file.text;
}
