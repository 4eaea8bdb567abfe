import type { Random } from './random.ts';

export type TensorType = 'F32' | 'F16' | 'Q8_0' | 'Q4_K' | 'Q6_K';

type Layout = {
  id: number;
  /** Values in a block. */
  values: number;
  /** Bytes of a block. */
  bytes: number;
};

const layouts: Record<TensorType, Layout> = {
  F32: { id: 0, values: 1, bytes: 4 },
  F16: { id: 1, values: 1, bytes: 2 },
  Q8_0: { id: 8, values: 32, bytes: 34 },
  Q4_K: { id: 12, values: 256, bytes: 144 },
  Q6_K: { id: 14, values: 256, bytes: 210 },
};

export function tensorTypeId(type: TensorType): number {
  return layouts[type].id;
}

export function blockBytes(type: TensorType): number {
  return layouts[type].bytes;
}

/** The size in bytes of a tensor; its first dimension holds whole blocks. */
export function tensorBytes(type: TensorType, shape: readonly number[]): number {
  const { values, bytes } = layouts[type];
  const [rowLength = 0] = shape;
  if (rowLength % values !== 0)
    throw new RangeError(`${type} needs rows of a multiple of ${values}, not ${rowLength}`);
  return (shape.reduce((product, size) => product * size, 1) / values) * bytes;
}

/** Overwrites whole blocks with random weights of the given standard deviation. */
export function fillRandom(bytes: Buffer, type: TensorType, deviation: number, random: Random) {
  if (type === 'F32' || type === 'F16') {
    writeFloats(bytes, type, () => random.normal() * deviation);
    return;
  }
  for (let at = 0; at + 4 <= bytes.length; at += 4) bytes.writeUInt32LE(random.uint32(), at);
  const step = layouts[type].bytes;
  for (let at = 0; at < bytes.length; at += step) writeScales[type](bytes, at, deviation);
}

export function writeFloats(bytes: Buffer, type: 'F32' | 'F16', next: (index: number) => number) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const step = layouts[type].bytes;
  for (let at = 0; at < bytes.length; at += step) {
    if (type === 'F32') view.setFloat32(at, next(at / step), true);
    else view.setFloat16(at, next(at / step), true);
  }
}

/**
 * The quants of a block are uniform random bits; these set its scales so that the decoded values
 * have mean 0 and the wanted deviation (a uniform distribution of n levels deviates by n / √12).
 */
const writeScales: Record<
  'Q8_0' | 'Q4_K' | 'Q6_K',
  (bytes: Buffer, at: number, deviation: number) => void
> = {
  Q8_0: (bytes, at, deviation) => writeFloat16(bytes, at, deviation / (256 / Math.sqrt(12))),
  Q4_K: (bytes, at, deviation) => {
    const subScale = 32;
    const scale = deviation / (16 / Math.sqrt(12)) / subScale;
    writeFloat16(bytes, at, scale);
    writeFloat16(bytes, at + 2, scale * 7.5);
    // Eight 6-bit scales and eight 6-bit minima, all 32: packed as 4 + 4 + 4 bytes.
    bytes.fill(0xa0, at + 4, at + 12);
    bytes.fill(0x00, at + 12, at + 16);
  },
  Q6_K: (bytes, at, deviation) => {
    const subScale = 16;
    bytes.fill(subScale, at + 192, at + 208);
    writeFloat16(bytes, at + 208, deviation / (64 / Math.sqrt(12)) / subScale);
  },
};

function writeFloat16(bytes: Buffer, at: number, value: number) {
  new DataView(bytes.buffer, bytes.byteOffset, bytes.length).setFloat16(at, value, true);
}
