/** Whose request it is, by address. */
import { normalizeIP } from '@fastify/rate-limit';
import type { FastifyRequest } from 'fastify';

/**
 * The address of the client: the socket's, or behind proxies the entry of X-Forwarded-For that the outermost trusted one
 * wrote; what stands before it the client may have made up. All addresses of an IPv6 /64 are one: a client gets as many.
 */
export function clientAddress(request: FastifyRequest, trustedHops: number): string {
  if (trustedHops > 0) {
    const forwarded = request.headers['x-forwarded-for'];
    const entries = (Array.isArray(forwarded) ? forwarded.join(',') : (forwarded ?? '')).split(',');
    const entry = entries.at(-trustedHops)?.trim();
    if (entry !== undefined && /^[0-9a-fA-F.:]{2,45}$/.test(entry)) return normalized(entry);
  }
  return normalized(request.ip);
}

function normalized(address: string): string {
  // Most of them are IPv4, and nothing is to be done.
  return address.includes(':') ? normalizeIP(address) : address;
}
