/** Milliseconds at the given share of the sorted samples. */
export function percentile(samples: number[], share: number): number {
  const sorted = [...samples].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

/** Times each run of a task, one after the other. */
export async function sample(count: number, task: () => unknown): Promise<number[]> {
  const samples: number[] = [];
  for (let run = 0; run < count; run++) {
    const started = performance.now();
    await task();
    samples.push(performance.now() - started);
  }
  return samples;
}
