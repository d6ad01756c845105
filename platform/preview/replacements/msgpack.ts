/** A value as Terraform's providers take it: JSON, without undefined. */
export type Value = string | number | boolean | null | Value[] | { [key: string]: Value }

/** Writes MessagePack, the small part of it that provider configurations need. */
export function pack(value: Value): Buffer {
  if (value === null) return Buffer.of(0xc0)
  if (typeof value === 'boolean') return Buffer.of(value ? 0xc3 : 0xc2)
  if (typeof value === 'number') return packNumber(value)
  if (typeof value === 'string') {
    const bytes = Buffer.from(value)
    return Buffer.concat([header(0xdb, bytes.length), bytes])
  }
  if (Array.isArray(value))
    return Buffer.concat([header(0xdd, value.length), ...value.map(item => pack(item))])
  const entries = Object.entries(value)
  const parts = entries.flatMap(([key, item]) => [pack(key), pack(item)])
  return Buffer.concat([header(0xdf, entries.length), ...parts])
}

/** Each kind in its longest form: a type byte and 32 bits of length. */
function header(type: number, length: number): Buffer {
  const bytes = Buffer.alloc(5)
  bytes.writeUInt8(type)
  bytes.writeUInt32BE(length, 1)
  return bytes
}

function packNumber(value: number): Buffer {
  const bytes = Buffer.alloc(9)
  bytes.writeUInt8(0xcb)
  bytes.writeDoubleBE(value, 1)
  return bytes
}
