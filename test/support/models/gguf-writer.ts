import { type FileHandle, open } from 'node:fs/promises';
import { encodeMetadata, type Metadata, text, uint32, uint64 } from './metadata.ts';
import { Random } from './random.ts';
import {
  blockBytes,
  fillRandom,
  type TensorType,
  tensorBytes,
  tensorTypeId,
  writeFloats,
} from './tensor-types.ts';

export type Tensor = {
  name: string;
  /** Row length first, as GGUF stores it: a matrix from 64 to 128 values is [64, 128]. */
  shape: readonly number[];
} & (
  | { type: TensorType; deviation: number }
  | { type: 'F32' | 'F16'; constant: number }
  | { type: 'F32' | 'F16'; values: (random: Random) => Float32Array }
);

export type Model = { metadata: Metadata; tensors: readonly Tensor[] };

const alignment = 32;
const chunkTarget = 1 << 20;

/** Writes a GGUF v3 file piece by piece; memory stays small whatever the size of the model. */
export async function writeGguf(
  path: string,
  model: Model,
  { seed = 1 }: { seed?: number } = {},
): Promise<{ bytes: number }> {
  await using file = await open(path, 'w');
  let bytes = await write(file, aligned(header(model)));
  for (const tensor of model.tensors) {
    // Seeded by name: a tensor's weights do not depend on those written before it.
    const random = new Random(`${seed}/${tensor.name}`);
    for (const chunk of tensorChunks(tensor, random)) bytes += await write(file, chunk);
    bytes += await write(file, Buffer.alloc(padding(tensorBytes(tensor.type, tensor.shape))));
  }
  return { bytes };
}

function header({ metadata, tensors }: Model): Buffer {
  const entries = Object.entries(metadata);
  let offset = 0;
  const infos = tensors.map((tensor) => {
    const size = tensorBytes(tensor.type, tensor.shape);
    const info = Buffer.concat([
      text(tensor.name),
      uint32(tensor.shape.length),
      ...tensor.shape.map(uint64),
      uint32(tensorTypeId(tensor.type)),
      uint64(offset),
    ]);
    offset += size + padding(size);
    return info;
  });
  return Buffer.concat([
    Buffer.from('GGUF'),
    uint32(3),
    uint64(tensors.length),
    uint64(entries.length),
    ...entries.map(([key, value]) => encodeMetadata(key, value)),
    ...infos,
  ]);
}

function* tensorChunks(tensor: Tensor, random: Random): Generator<Buffer> {
  const total = tensorBytes(tensor.type, tensor.shape);
  const step = blockBytes(tensor.type);
  const chunkBytes = Math.floor(chunkTarget / step) * step;
  const values = 'values' in tensor ? tensor.values(random) : undefined;
  for (let at = 0; at < total; at += chunkBytes) {
    const chunk = Buffer.alloc(Math.min(chunkBytes, total - at));
    if ('deviation' in tensor) fillRandom(chunk, tensor.type, tensor.deviation, random);
    else if ('constant' in tensor) writeFloats(chunk, tensor.type, () => tensor.constant);
    else writeFloats(chunk, tensor.type, (index) => values?.[at / step + index] ?? 0);
    yield chunk;
  }
}

async function write(file: FileHandle, bytes: Buffer): Promise<number> {
  let written = 0;
  while (written < bytes.length) written += (await file.write(bytes, written)).bytesWritten;
  return written;
}

function aligned(bytes: Buffer): Buffer {
  return Buffer.concat([bytes, Buffer.alloc(padding(bytes.length))]);
}

function padding(size: number): number {
  return (alignment - (size % alignment)) % alignment;
}
