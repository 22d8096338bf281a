/** The least that a server of one message a request can do with `node:http`: read the body, answer 202. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

const ANSWER = JSON.stringify({ accepted: 1, ranges: [{ partition: 0, firstOffset: 123_456, count: 1 }] });
const HEADERS = { 'content-type': 'application/json; charset=utf-8', 'content-length': ANSWER.length };

const server = createServer((request, response) => {
  let body = '';
  request.setEncoding('utf8');
  request.on('data', (text: string) => {
    body += text;
  });
  request.on('end', () => {
    response.writeHead(body.length > 0 ? 202 : 400, HEADERS);
    response.end(ANSWER);
  });
});
server.listen(0, '127.0.0.1', () => {
  const { port } = server.address() as AddressInfo;
  process.stdout.write(`listening at http://127.0.0.1:${port}\n`);
});
