import type { Llama, LlamaModel } from 'node-llama-cpp';

export interface EngineOptions {
  threads: number;
  gpu: boolean;
}

/** The engine with its prebuilt binary: nothing is compiled or downloaded. */
export async function loadLlama({ threads, gpu }: EngineOptions): Promise<Llama> {
  const { getLlama, LlamaLogLevel } = await import('node-llama-cpp');
  return getLlama({
    build: 'never',
    gpu: gpu ? 'auto' : false,
    // Without it the library takes at least 4 threads, a catastrophe on 2 cores.
    maxThreads: threads,
    logLevel: LlamaLogLevel.disabled,
  });
}

export function loadModel(llama: Llama, file: string, signal?: AbortSignal): Promise<LlamaModel> {
  return llama.loadModel({ modelPath: file, ...(signal && { loadSignal: signal }) });
}
