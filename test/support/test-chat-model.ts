import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  createLlamaChatModel,
  type LlamaChatModelOptions,
} from '../../src/llm/llama-chat-model.ts';
import { createLog } from '../../src/log.ts';
import type { ChatModel, ModelStatus } from '../../src/ports/chat-model.ts';

export type TestChatModel = ChatModel & AsyncDisposable & { settled: Promise<ModelStatus> };

/** A chat model over a file, and a promise of the status that it settles in. */
export async function openTestChatModel(
  file: string,
  options: Partial<LlamaChatModelOptions> = {},
): Promise<TestChatModel> {
  const folder = await mkdtemp(join(tmpdir(), 'senko-model-'));
  const log = createLog({ level: 'error', secrets: [] });
  const model = createLlamaChatModel({
    name: 'test.gguf',
    file: () => Promise.resolve(file),
    contextTokens: 4096,
    threads: 1,
    gpu: false,
    checkedFile: join(folder, 'checked.json'),
    warmUp: [{ role: 'system', text: 'You are a fox.' }],
    log,
    ...options,
  });
  const settled = new Promise<ModelStatus>((resolve) => {
    model.onStatus((status) => {
      if (status.state !== 'loading') resolve(status);
    });
  });
  return {
    ...model,
    settled,
    async [Symbol.asyncDispose]() {
      await model[Symbol.asyncDispose]();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
