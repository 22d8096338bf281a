/**
 * Where a scraper writes what it has scraped, and the files by which it proves who it is and whom it trusts.
 */
import type { CertificateSecret } from '../core/certificate';
import type { Component } from '../core/component';
import type { ContainerSpec } from '../core/container-spec';
import type { Credential } from '../core/credential';
import type { Endpoint } from '../core/endpoint';
import { External } from '../core/party';

export interface RemoteWriteDestination {
  readonly remoteWrite: Endpoint<'metrics', 'prometheus-remote-write'>;
  /** @default none */
  readonly credential?: Credential & { kind: 'bearer' | 'basic' };
  /** A Secret in the scraper's namespace whose `ca.crt` is trusted. @default the authorities that the image trusts */
  readonly ca?: CertificateSecret;
}

export interface DestinationFiles {
  /** Token or password. */
  readonly secretFile: string | undefined;
  readonly caFile: string | undefined;
}

/** The files of each destination, in order, and how they come into the container under `directory`. */
export function destinationFiles(
  scraper: Component,
  directory: string,
  destinations: readonly RemoteWriteDestination[],
): { readonly files: readonly DestinationFiles[]; readonly mounts: Pick<ContainerSpec, 'secretFiles'> } {
  const secrets = new Map<string, string[]>();
  const mount = (folder: string, secretName: string, key: string): string => {
    const mounted = `${folder} ${secretName}`;
    secrets.set(mounted, [...new Set([...(secrets.get(mounted) ?? []), key])]);
    return `${folder}/${key}`;
  };
  const files = destinations.map(({ credential, ca }) => {
    const secret = credential === undefined ? undefined : scraper.secret(credential.secret);
    return {
      secretFile: secret && mount(`${directory}-secrets`, secret.secretName, secret.key),
      caFile: ca && mount(`${directory}-ca-${ca.secretName}`, ca.secretName, 'ca.crt'),
    };
  });
  if (secrets.size === 0) return { files, mounts: {} };
  const secretFiles = [...secrets].map(([mounted, keys]) => {
    const [mountPath = '', secretName = ''] = mounted.split(' ');
    return { mountPath, secretName, keys };
  });
  return { files, mounts: { secretFiles } };
}

/** What leaves the cluster is encrypted; and a CA is for those who speak TLS. */
export function checkDestinations(
  scraper: Component,
  property: string,
  destinations: readonly RemoteWriteDestination[],
): void {
  const report = (index: number, value: string, rule: string, remedy: string): void => {
    scraper.platform.report(scraper, { property: `${property}[${index}]`, value, rule, remedy });
  };
  destinations.forEach(({ remoteWrite, ca }, index) => {
    if (remoteWrite.tls) return;
    if (remoteWrite.owner instanceof External) {
      report(
        index,
        remoteWrite.url,
        'metrics and tokens leave the cluster over TLS only',
        'let the endpoint speak TLS',
      );
    } else if (ca !== undefined) {
      report(
        index,
        `ca from ${ca.secretName}`,
        `${remoteWrite.id} does not speak TLS`,
        'let it, or leave ca out',
      );
    }
  });
}
