/**
 * PostgreSQL, server and client. It finds its share folder from where its program lies, so the folder can be moved or
 * mounted as a whole. The server refuses to run as root.
 */
import { debianPrograms } from './debian-package';
import { needs } from './requirement';
import type { Tool } from './tool';

const MAJOR = '15';
const PROGRAM_FOLDER = `usr/lib/postgresql/${MAJOR}/bin`;
const PROGRAMS = ['initdb', 'pg_ctl', 'pg_isready', 'postgres', 'psql'] as const;

export const postgresql = {
  name: 'postgresql',
  version: MAJOR,
  purpose: 'Grafana’s database; Debian’s stands in for postgresql 17.7',
  requires: [needs.debian('12')],
  recipe: debianPrograms({
    package: `postgresql-${MAJOR}`,
    version: MAJOR,
    programs: Object.fromEntries(PROGRAMS.map((name) => [name, `${PROGRAM_FOLDER}/${name}`])),
    with: [
      `postgresql-client-${MAJOR}`,
      'libgssapi-krb5-2',
      'libicu72',
      'libk5crypto3',
      'libkeyutils1',
      'libkrb5-3',
      'libkrb5support0',
      'libldap-2.5-0',
      'libpq5',
      'libreadline8',
      'libsasl2-2',
      'libssl3',
      'libxml2',
    ],
    keep: [`usr/share/postgresql/${MAJOR}`],
    // The just-in-time compiler needs LLVM (110 MB). Where its file is missing the server does without, where LLVM is
    // missing it fails in the middle of a query.
    drop: [`usr/lib/postgresql/${MAJOR}/lib/bitcode`, `usr/lib/postgresql/${MAJOR}/lib/llvmjit.so`],
  }),
  outputs: PROGRAMS.map((name) => `bin/${name}`),
  main: '.',
  checks: PROGRAMS.map((name) => ({ run: [`bin/${name}`, '--version'], prints: `(PostgreSQL) ${MAJOR}.` })),
} as const satisfies Tool;
