/**
 * Where a page ended, as a text that only we can make: it is signed, together with the query and the kind of store that it
 * belongs to. The key comes from SERVICE_TOKEN, so that every replica takes the cursors of the others.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';

import type { ApiSettings } from '../config';
import { apiProblem } from '../problems';

/** 128 bits: as hard to guess as a key. */
const SIGNATURE_BYTES = 16;

export class Cursors {
  private readonly secret: Buffer;

  public constructor({ SERVICE_TOKEN, STORE }: Pick<ApiSettings, 'SERVICE_TOKEN' | 'STORE'>) {
    this.secret = createHmac('sha256', SERVICE_TOKEN).update(`hyperion api cursor 1 ${STORE}`).digest();
  }

  public encode(query: readonly unknown[], place: readonly (string | number)[]): string {
    const content = Buffer.from(JSON.stringify(place));
    return Buffer.concat([this.signature(query, content), content]).toString('base64url');
  }

  public decode(query: readonly unknown[], cursor: string): readonly (string | number)[] {
    const bytes = Buffer.from(cursor, 'base64url');
    const content = bytes.subarray(SIGNATURE_BYTES);
    const isOurs =
      bytes.length > SIGNATURE_BYTES &&
      // Decoding overlooks what is no base64.
      bytes.toString('base64url') === cursor &&
      timingSafeEqual(bytes.subarray(0, SIGNATURE_BYTES), this.signature(query, content));
    if (isOurs) return JSON.parse(content.toString()) as (string | number)[];
    throw apiProblem(
      'invalid-cursor',
      'give "next" of the page before, with all other parameters as they were',
    );
  }

  private signature(query: readonly unknown[], content: Buffer): Buffer {
    return createHmac('sha256', this.secret)
      .update(JSON.stringify(query))
      .update('\n')
      .update(content)
      .digest()
      .subarray(0, SIGNATURE_BYTES);
  }
}
