type Scalar =
  | { type: 'uint32' | 'int32' | 'float32'; value: number }
  | { type: 'bool'; value: boolean }
  | { type: 'string'; value: string };

type List =
  | { type: 'list'; of: 'uint32' | 'int32' | 'float32'; value: readonly number[] }
  | { type: 'list'; of: 'bool'; value: readonly boolean[] }
  | { type: 'list'; of: 'string'; value: readonly string[] };

export type MetadataValue = Scalar | List;
export type Metadata = Readonly<Record<string, MetadataValue>>;

const typeIds = { uint32: 4, int32: 5, float32: 6, bool: 7, string: 8, list: 9 } as const;

/** One key with its type and value, as GGUF v3 stores it. */
export function encodeMetadata(key: string, entry: MetadataValue): Buffer {
  const type = uint32(typeIds[entry.type]);
  if (entry.type !== 'list') return Buffer.concat([text(key), type, encodeScalar(entry)]);
  const values = entry.value.map((value) => encodeScalar({ type: entry.of, value } as Scalar));
  const head = [uint32(typeIds[entry.of]), uint64(values.length)];
  return Buffer.concat([text(key), type, ...head, ...values]);
}

export function text(value: string): Buffer {
  const bytes = Buffer.from(value, 'utf8');
  return Buffer.concat([uint64(bytes.length), bytes]);
}

export function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

export function uint64(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt(value));
  return bytes;
}

function encodeScalar(scalar: Scalar): Buffer {
  switch (scalar.type) {
    case 'uint32':
      return uint32(scalar.value);
    case 'int32':
      return Buffer.from(Int32Array.of(scalar.value).buffer);
    case 'float32':
      return Buffer.from(Float32Array.of(scalar.value).buffer);
    case 'bool':
      return Buffer.from([scalar.value ? 1 : 0]);
    case 'string':
      return text(scalar.value);
    default:
      return scalar satisfies never;
  }
}
