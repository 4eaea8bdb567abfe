import PQueue from 'p-queue';
import type { Log } from '../log.ts';
import {
  type ChatMessage,
  type ChatModel,
  type GenerateRequest,
  type Generation,
  type ModelStatus,
  ModelUnavailableError,
  priorities,
} from '../ports/chat-model.ts';
import { type ChatEngine, createChatEngine } from './chat-engine.ts';
import { checkModel, UnusableModelError } from './check-model.ts';
import { type EngineOptions, loadLlama, loadModel } from './load-llama.ts';
import { DownloadError } from './resumable-download.ts';

export interface LlamaChatModelOptions extends EngineOptions {
  name: string;
  /**
   * Resolves with the model's file; tells by `waiting` why it takes a while (a download, say).
   * UnusableModelError and DownloadError say why there is none.
   */
  file: (signal: AbortSignal, waiting: (reason: string) => void) => Promise<string>;
  contextTokens: number;
  checkedFile: string;
  /** The beginning of every prompt, evaluated as soon as the model is loaded. */
  warmUp: ChatMessage[];
  log: Log;
}

/** A GGUF model in this process, loaded in the background; one generation at a time, by priority. */
export function createLlamaChatModel(options: LlamaChatModelOptions): ChatModel & AsyncDisposable {
  const { log, name } = options;
  const listeners = new Set<(status: ModelStatus) => void>();
  const queue = new PQueue({ concurrency: 1 });
  const closing = new AbortController();
  let status: ModelStatus = { state: 'loading', name };
  let engine: ChatEngine | undefined;

  const become = (next: ModelStatus) => {
    status = next;
    for (const listener of listeners) listener(next);
  };

  const load = async () => {
    const startedMs = performance.now();
    const file = await options.file(closing.signal, (reason) =>
      become({ state: 'absent', reason }),
    );
    become({ state: 'loading', name });
    const loaded = await loadEngine(options, file, closing.signal);
    engine = loaded;
    warmUp(loaded).catch((err) => log.warn({ err }, 'persona not evaluated'));
    const { contextTokens, where } = loaded;
    const tookMs = Math.round(performance.now() - startedMs);
    log.info({ model: name, contextTokens, where, tookMs }, 'model loaded');
    become({ state: 'ready', name, contextTokens, where });
  };

  const warmUp = async (loaded: ChatEngine) => {
    const promptWith = (text: string) => loaded.tokens([...options.warmUp, { role: 'user', text }]);
    const prefix = commonPrefix(promptWith('a'), promptWith('b'));
    const evaluate = () => loaded.evaluate(prefix, closing.signal);
    await queue.add(evaluate, { priority: -priorities.background });
    log.debug({ tokens: prefix.length }, 'persona evaluated');
  };

  const loading = load().catch((error: unknown) => {
    if (closing.signal.aborted) return;
    const reason = explain(error, name);
    log.warn(isExpected(error) ? { reason } : { reason, err: error }, 'no chat model');
    become({ state: 'absent', reason });
  });

  return {
    status: () => status,
    onStatus(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    countTokens(messages) {
      return readyEngine(engine, status).tokens(messages).length;
    },
    async generate(request) {
      const ready = readyEngine(engine, status);
      const signal = AbortSignal.any([closing.signal, ...(request.signal ? [request.signal] : [])]);
      return inTurn(queue, { ...request, signal }, ready);
    },
    async [Symbol.asyncDispose]() {
      closing.abort();
      await loading;
      await queue.onIdle();
      await engine?.[Symbol.asyncDispose]();
    },
  };
}

/** An abort ends the wait for a turn at once; once it has its turn, the engine gives what it wrote. */
function inTurn(
  queue: PQueue,
  request: GenerateRequest & { signal: AbortSignal },
  engine: ChatEngine,
): Promise<Generation> {
  const { promise: gaveUp, resolve: giveUp } = Promise.withResolvers<Generation>();
  const stopWaiting = () => giveUp(nothing);
  request.signal.addEventListener('abort', stopWaiting, { once: true });
  const generated = queue.add(
    () => {
      request.signal.removeEventListener('abort', stopWaiting);
      return request.signal.aborted ? Promise.resolve(nothing) : engine.generate(request);
    },
    { priority: -request.priority },
  );
  return Promise.race([generated, gaveUp]);
}

const nothing: Generation = { text: '', end: 'aborted', promptTokens: 0, answerTokens: 0 };

async function loadEngine(
  options: LlamaChatModelOptions,
  file: string,
  signal: AbortSignal,
): Promise<ChatEngine> {
  const llama = await loadLlama(options);
  const gpu = llama.gpu !== false;
  try {
    await checkModel({ ...options, file, gpu, signal });
    const model = await loadModel(llama, file, signal);
    return await createChatEngine(llama, model, options.contextTokens);
  } catch (error) {
    await llama.dispose();
    throw error;
  }
}

function readyEngine(engine: ChatEngine | undefined, status: ModelStatus): ChatEngine {
  if (engine && status.state === 'ready') return engine;
  throw new ModelUnavailableError(status.state === 'absent' ? status.reason : 'still loading');
}

const isExpected = (error: unknown): error is Error =>
  error instanceof UnusableModelError || error instanceof DownloadError;

function explain(error: unknown, name: string): string {
  if (isExpected(error)) return error.message;
  if (error instanceof Error && error.name === 'InsufficientMemoryError') {
    return `${name} does not fit into the free memory. Close something, set a smaller CONTEXT_TOKENS, or choose a smaller CHAT_MODEL.`;
  }
  return `${name} could not be loaded: ${error instanceof Error ? error.message : String(error)}`;
}

function commonPrefix<T>(a: T[], b: T[]): T[] {
  let length = 0;
  while (length < a.length && a[length] === b[length]) length++;
  return a.slice(0, length);
}
