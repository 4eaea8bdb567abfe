/** A small deterministic generator (xorshift128): the same seed gives the same draws everywhere. */
export class Random {
  #a: number;
  #b = 0x9e3779b9;
  #c = 0x243f6a88;
  #d = 0xb7e15162;

  constructor(seed: number | string) {
    this.#a = hash(String(seed)) | 1;
    for (let warmUp = 0; warmUp < 20; warmUp++) this.uint32();
  }

  uint32(): number {
    const mixed = this.#a ^ (this.#a << 11);
    this.#a = this.#b;
    this.#b = this.#c;
    this.#c = this.#d;
    this.#d = this.#d ^ (this.#d >>> 19) ^ mixed ^ (mixed >>> 8);
    return this.#d >>> 0;
  }

  /** Nearly normal, mean 0 and standard deviation 1: a sum of four uniform draws, no Math.log. */
  normal(): number {
    const sum = this.uint32() + this.uint32() + this.uint32() + this.uint32();
    return (sum / 0x1_0000_0000 - 2) * Math.sqrt(3);
  }
}

/** FNV-1a, 32 bits. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (const byte of Buffer.from(text)) value = Math.imul(value ^ byte, 0x01000193);
  return value;
}
