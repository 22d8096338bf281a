/** The cluster's DNS server: UDP and TCP on an address of the node's own, answers by `dnsReply`. */
import { AUTHORITATIVE_ANSWER, decode, encode, RECURSION_AVAILABLE, TRUNCATED_RESPONSE } from 'dns-packet';
import type { Packet } from 'dns-packet';
import { createSocket, type Socket } from 'node:dgram';
import { createServer, type Server, type Socket as TcpSocket } from 'node:net';
import { dnsReply, type DnsView } from './dns-answers';

const DNS_PORT = 53;
/** What every client takes over UDP (RFC 1035); one that takes more asks with EDNS, and is told the same. */
const UDP_LIMIT_BYTES = 512;
/** Clients that keep a connection without asking are let go. */
const IDLE_LIMIT_MS = 10_000;
/** NXDOMAIN, the low bits of the flags. */
const NAME_ERROR = 3;

export class DnsServer {
  private readonly udp: Socket = createSocket('udp4');
  private readonly tcp: Server = createServer((socket) => {
    this.serve(socket);
  });
  private asked = 0;

  public constructor(private readonly view: () => DnsView) {}

  public async listen(address: string, port = DNS_PORT): Promise<number> {
    this.udp.on('message', (message, client) => {
      const answer = this.answer(message, UDP_LIMIT_BYTES);
      if (answer !== undefined) this.udp.send(answer, client.port, client.address);
    });
    // A client that went away is no reason to end.
    this.udp.on('error', () => undefined);
    await new Promise<void>((resolve, reject) => {
      this.tcp.once('error', reject).listen(port, address, resolve);
    });
    const bound = this.tcp.address();
    const chosen = typeof bound === 'object' && bound !== null ? bound.port : port;
    await new Promise<void>((resolve, reject) => {
      this.udp.once('error', reject).bind(chosen, address, resolve);
    });
    return chosen;
  }

  public close(): void {
    this.udp.close();
    this.tcp.close();
  }

  private serve(socket: TcpSocket): void {
    let waiting = Buffer.alloc(0);
    socket.setTimeout(IDLE_LIMIT_MS, () => socket.destroy());
    socket.on('error', () => socket.destroy());
    socket.on('data', (data) => {
      waiting = Buffer.concat([waiting, data]);
      while (waiting.length >= 2 && waiting.length >= 2 + waiting.readUInt16BE(0)) {
        const end = 2 + waiting.readUInt16BE(0);
        const answer = this.answer(waiting.subarray(2, end), Number.POSITIVE_INFINITY);
        waiting = waiting.subarray(end);
        if (answer === undefined) socket.destroy();
        else socket.write(Buffer.concat([lengthOf(answer), answer]));
      }
    });
  }

  /** Undefined for what is no question: there is nobody to tell. */
  private answer(message: Buffer, limitBytes: number): Buffer | undefined {
    let query: Packet;
    try {
      query = decode(message);
    } catch {
      return undefined;
    }
    const question = query.questions?.[0];
    if (query.type !== 'query' || question === undefined) return undefined;
    const { code, answers } = dnsReply(question, this.view());
    // The first address is what most clients take: each asker gets another one first, as from CoreDNS.
    const turn = answers.length === 0 ? 0 : this.asked++ % answers.length;
    const reply: Packet = {
      type: 'response',
      id: query.id ?? 0,
      flags: AUTHORITATIVE_ANSWER | RECURSION_AVAILABLE | (code === 'NXDOMAIN' ? NAME_ERROR : 0),
      questions: [question],
      answers: [...answers.slice(turn), ...answers.slice(0, turn)],
    };
    const full = encode(reply);
    if (full.length <= limitBytes) return full;
    return encode({ ...reply, flags: (reply.flags ?? 0) | TRUNCATED_RESPONSE, answers: [] });
  }
}

/** Over TCP each message follows its length. */
function lengthOf(message: Buffer): Buffer {
  const length = Buffer.alloc(2);
  length.writeUInt16BE(message.length);
  return length;
}
