/** The configuration files of a component, as its containers see them. */
import { containersOf } from '../../constructs/core/images';
import type { Component } from '../../constructs/core/component';
import { Task } from '../../constructs/core/task';
import { Workload } from '../../constructs/core/workload';
import type { ConfigEntry } from './review-document';

export function configEntries(component: Component): ConfigEntry[] {
  const mounts = mountsIn(component);
  return component.configs.flatMap(({ configMapName, files }) =>
    files.map(({ name, text }) => ({
      configMap: configMapName,
      file: name,
      mountedAt: mounts
        .filter((mount) => mount.configMap === configMapName)
        .map(({ container, path }) => `${container}: ${path}/${name}`),
      text,
    })),
  );
}

interface Mount {
  readonly configMap: string;
  readonly container: string;
  readonly path: string;
}

function mountsIn({ platform, namespace }: Component): Mount[] {
  return platform.graph.parties
    .filter((party) => party instanceof Workload || party instanceof Task)
    .filter(({ reach }) => reach.namespace === namespace)
    .flatMap((party) =>
      containersOf(party).flatMap(({ name, configs = [] }) =>
        configs.map(({ config, mountPath }) => ({
          configMap: config.configMapName,
          container: name === undefined || name === party.id ? party.id : `${party.id}/${name}`,
          path: mountPath.replace(/\/$/, ''),
        })),
      ),
    );
}
