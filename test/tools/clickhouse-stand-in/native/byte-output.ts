/** Builds one packet of the native protocol. */
export class ByteOutput {
  private readonly parts: Uint8Array[] = [];

  public bytes(part: Uint8Array): this {
    this.parts.push(part);
    return this;
  }

  public uint8(value: number): this {
    return this.bytes(Uint8Array.of(value));
  }

  public int32(value: number): this {
    const part = Buffer.alloc(4);
    part.writeInt32LE(value);
    return this.bytes(part);
  }

  public varint(value: number): this {
    let rest = value;
    for (; rest >= 128; rest = Math.floor(rest / 128)) this.uint8((rest % 128) + 128);
    return this.uint8(rest);
  }

  public text(value: string): this {
    const part = Buffer.from(value, 'utf8');
    return this.varint(part.length).bytes(part);
  }

  public done(): Buffer {
    return Buffer.concat(this.parts);
  }
}
