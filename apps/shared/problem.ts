/**
 * What a service answers when it refuses (RFC 9457, Problem Details for HTTP APIs). Each service has one table of
 * problems; a client may rely on `code` and `status`, people read `title` and `detail`.
 */
export interface ProblemKind {
  readonly status: number;
  readonly title: string;
  /** When the client may try again; becomes the header `Retry-After`. */
  readonly retryAfterS?: number;
}

export type ProblemTable = Readonly<Record<string, ProblemKind>>;

/** Those that every service has. */
export const SERVICE_PROBLEMS = {
  'invalid-request': { status: 400, title: 'The request does not fit the schema' },
  'malformed-body': { status: 400, title: 'The body cannot be read' },
  unauthorized: { status: 401, title: 'A valid token is needed' },
  'unknown-route': { status: 404, title: 'There is nothing at this address' },
  'request-timeout': { status: 408, title: 'The request took too long to arrive' },
  'body-too-large': { status: 413, title: 'The body is too large' },
  'unsupported-media-type': { status: 415, title: 'The body has a content type that is not understood' },
  'headers-too-large': { status: 431, title: 'The headers are too large' },
  'internal-error': { status: 500, title: 'The service made a mistake' },
} as const satisfies ProblemTable;

export class Problem extends Error {
  public constructor(
    public readonly code: string,
    public readonly kind: ProblemKind,
    detail: string,
    /** More members of the answer. */
    public readonly extensions: Readonly<Record<string, unknown>> = {},
  ) {
    super(detail);
    this.name = 'Problem';
  }
}

/** A function that makes the problems of a table, and of no other. */
export function problemsOf<Code extends string>(table: Readonly<Record<Code, ProblemKind>>) {
  return (code: Code, detail: string, extensions?: Readonly<Record<string, unknown>>): Problem =>
    new Problem(code, table[code], detail, extensions);
}

export const serviceProblem = problemsOf(SERVICE_PROBLEMS);

export const PROBLEM_MEDIA_TYPE = 'application/problem+json';

export function problemBody(problem: Problem): Record<string, unknown> {
  return {
    type: `urn:hyperion:problem:${problem.code}`,
    code: problem.code,
    title: problem.kind.title,
    status: problem.kind.status,
    detail: problem.message,
    ...problem.extensions,
  };
}
