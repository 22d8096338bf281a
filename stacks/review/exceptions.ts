/** What the environment is let off, by whom and until when. */
import { formatResource } from '../../policies/manifest';
import type { Environment } from '../environment';
import type { ExceptionEntry } from './review-document';

export function exceptionEntries({
  exceptions = [],
  cloudExceptions = [],
  waivers = [],
}: Environment): ExceptionEntry[] {
  return [
    ...exceptions.map(({ rule, resource, reason, owner, expires }) => ({
      kind: 'policy' as const,
      rule,
      subject: formatResource(resource),
      reason,
      owner,
      expires: expires ?? null,
    })),
    ...cloudExceptions.map(({ rule, resource, reason, owner, expires }) => ({
      kind: 'cloud policy' as const,
      rule,
      subject: `${resource.type} ${resource.name}`,
      reason,
      owner,
      expires: expires ?? null,
    })),
    ...waivers.map(({ component, reason, owner, expires }) => ({
      kind: 'waiver' as const,
      rule: 'end of life',
      subject: component,
      reason,
      owner,
      expires,
    })),
  ];
}
