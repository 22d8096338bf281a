import { nginxLines } from '../../../constructs/core/nginx-config';

test('directives end with a semicolon, blocks are indented', () => {
  expect(
    nginxLines(['daemon off', ['http', ['access_log off', ['server', ['listen 80', ['location /', []]]]]]]),
  ).toEqual([
    'daemon off;',
    'http {',
    '  access_log off;',
    '  server {',
    '    listen 80;',
    '    location / {',
    '    }',
    '  }',
    '}',
  ]);
});
