/**
 * A function for bash scripts that talk to a program's HTTP interface: `api METHOD PATH [curl's arguments]`. It logs in
 * with a password that never stands among a process' arguments, where everybody on the node could read it.
 *
 * Of the environment it takes `API_URL`, `API_LOGIN`, `API_PASSWORD`, and where the server speaks TLS `API_CA`.
 */
export const CURL_FUNCTION: readonly string[] = [
  'api() {',
  '  local method="$1" path="$2" password="${API_PASSWORD//\\\\/\\\\\\\\}"',
  '  shift 2',
  '  curl --silent --show-error --max-time 120 ${API_CA:+--cacert "$API_CA"} --request "$method" \\',
  '    --config <(printf \'user = "%s:%s"\\n\' "$API_LOGIN" "${password//\\"/\\\\\\"}") "$@" "$API_URL$path"',
  '}',
  '',
  '# Only the status of the answer; 000 for none.',
  'status_of() {',
  '  api GET "$1" --output /dev/null --write-out \'%{http_code}\' || true',
  '}',
];
