/**
 * The part of S3 that backups use, on loopback, in memory: whole objects, parts, copies and lists, at the bucket's path.
 * It knows one access key by name and checks no signature.
 */
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

interface S3Answer {
  readonly status: number;
  readonly body?: string | Buffer;
  readonly headers?: Readonly<Record<string, string>>;
}

const NOT_FOUND: S3Answer = { status: 404, body: xml('Error', '<Code>NoSuchKey</Code>') };
const DONE: S3Answer = { status: 204 };

export class S3Server {
  /** `/bucket/key` → content. */
  public readonly objects = new Map<string, Buffer>();
  private readonly uploads = new Map<string, Map<number, Buffer>>();
  private readonly server: Server;

  public constructor(private readonly accessKeyId: string) {
    this.server = createServer((request, response) => {
      void this.serve(request, response);
    });
  }

  public get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  public async start(): Promise<void> {
    this.server.listen(0, '127.0.0.1');
    await once(this.server, 'listening');
  }

  public async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = Buffer.concat((await request.toArray()) as Buffer[]);
    const known = request.headers.authorization?.includes(`Credential=${this.accessKeyId}/`) ?? false;
    const answer = known
      ? this.answer(request, body)
      : { status: 403, body: xml('Error', '<Code>InvalidAccessKeyId</Code>') };
    response.writeHead(answer.status, answer.headers).end(request.method === 'HEAD' ? '' : answer.body);
  }

  private answer(request: IncomingMessage, body: Buffer): S3Answer {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://s3');
    const path = decodeURIComponent(pathname);
    switch (request.method) {
      case 'GET':
      case 'HEAD':
        if (searchParams.has('versions')) return { status: 200, body: xml('ListVersionsResult', '') };
        if (searchParams.has('list-type')) return this.list(path, searchParams.get('prefix') ?? '');
        return this.read(path, request.headers.range);
      case 'PUT':
        return this.write(path, searchParams, body, request.headers['x-amz-copy-source']);
      case 'POST':
        return this.upload(path, searchParams);
      case 'DELETE':
        this.objects.delete(path);
        return DONE;
      default:
        return { status: 405 };
    }
  }

  private list(bucketPath: string, prefix: string): S3Answer {
    const bucket = bucketPath.endsWith('/') ? bucketPath : `${bucketPath}/`;
    const entries = [...this.objects]
      .map(([path, content]) => [path.slice(bucket.length), path.startsWith(bucket), content.length] as const)
      .filter(([key, inBucket]) => inBucket && key.startsWith(prefix))
      .map(([key, , size]) => `<Contents><Key>${key}</Key><Size>${size}</Size></Contents>`);
    return {
      status: 200,
      body: xml('ListBucketResult', `<IsTruncated>false</IsTruncated>${entries.sort().join('')}`),
    };
  }

  private read(path: string, range: string | undefined): S3Answer {
    const content = this.objects.get(path);
    if (content === undefined) return NOT_FOUND;
    const [, from, to] = /^bytes=(\d+)-(\d*)$/.exec(range ?? '') ?? [];
    if (from === undefined) return { status: 200, body: content, headers: headersOf(content) };
    const part = content.subarray(Number(from), to === '' ? undefined : Number(to) + 1);
    return { status: 206, body: part, headers: headersOf(part) };
  }

  private write(path: string, query: URLSearchParams, body: Buffer, source: unknown): S3Answer {
    const upload = this.uploads.get(query.get('uploadId') ?? '');
    if (upload !== undefined) {
      upload.set(Number(query.get('partNumber')), body);
      return { status: 200, headers: { etag: etagOf(body) } };
    }
    if (typeof source !== 'string') {
      this.objects.set(path, body);
      return { status: 200, headers: { etag: etagOf(body) } };
    }
    const copied = this.objects.get(`/${decodeURIComponent(source).replace(/^\//, '')}`);
    if (copied === undefined) return NOT_FOUND;
    this.objects.set(path, copied);
    return { status: 200, body: xml('CopyObjectResult', `<ETag>${etagOf(copied)}</ETag>`) };
  }

  private upload(path: string, query: URLSearchParams): S3Answer {
    if (query.has('uploads')) {
      const id = `upload-${this.uploads.size + 1}`;
      this.uploads.set(id, new Map());
      return { status: 200, body: xml('InitiateMultipartUploadResult', `<UploadId>${id}</UploadId>`) };
    }
    const parts = this.uploads.get(query.get('uploadId') ?? '');
    if (parts === undefined) return NOT_FOUND;
    const content = Buffer.concat([...parts].sort(([a], [b]) => a - b).map(([, part]) => part));
    this.objects.set(path, content);
    return {
      status: 200,
      body: xml('CompleteMultipartUploadResult', `<ETag>${etagOf(content)}</ETag>`),
    };
  }
}

function headersOf(content: Buffer): Readonly<Record<string, string>> {
  return { etag: etagOf(content), 'content-length': String(content.length) };
}

function etagOf(content: Buffer): string {
  return `"${createHash('md5').update(content).digest('hex')}"`;
}

function xml(element: string, content: string): string {
  return `<?xml version="1.0" encoding="UTF-8"?><${element}>${content}</${element}>`;
}
