#!/bin/sh
# Stands in for the entrypoint of the postgres image (its documented variables), with Debian's server.
set -eu
: "${PGDATA:=/var/lib/postgresql/data}"
if [ ! -s "$PGDATA/PG_VERSION" ]; then
  user="${POSTGRES_USER:-postgres}"
  if [ -n "${POSTGRES_PASSWORD_FILE:-}" ]; then password_file="$POSTGRES_PASSWORD_FILE"; else
    password_file=/dev/shm/password
    (umask 077; printf '%s' "${POSTGRES_PASSWORD:?neither POSTGRES_PASSWORD nor POSTGRES_PASSWORD_FILE is set}" >"$password_file")
  fi
  # shellcheck disable=SC2086 # the image splits it, too
  initdb --pgdata="$PGDATA" --username="$user" --pwfile="$password_file" --auth-host=scram-sha-256 --auth-local=trust ${POSTGRES_INITDB_ARGS:-}
  if [ "${POSTGRES_DB:-$user}" != postgres ]; then
    printf 'CREATE DATABASE "%s";\n' "${POSTGRES_DB:-$user}" | postgres --single -D "$PGDATA" -j postgres >/dev/null
  fi
fi
exec postgres -D "$PGDATA" "$@"
