import { setTimeout as sleep } from 'node:timers/promises';
import type {
  ChatHistoryItem,
  Llama,
  LlamaChat,
  LlamaContext,
  LlamaGrammar,
  LlamaModel,
  Token,
} from 'node-llama-cpp';
import type { ChatMessage, GenerateRequest, Generation, JsonSchema } from '../ports/chat-model.ts';

/** One sequence of a loaded model. Not to be called twice at once: the chat model queues. */
export interface ChatEngine extends AsyncDisposable {
  contextTokens: number;
  where: string;
  tokens(messages: ChatMessage[]): Token[];
  /** The prompt as the model sees it, special tokens as text: for tests that look at it. */
  promptText(messages: ChatMessage[]): string;
  /** Evaluates in slices, so that it can be stopped; false: it was. */
  evaluate(tokens: Token[], signal?: AbortSignal): Promise<boolean>;
  generate(request: GenerateRequest): Promise<Generation>;
}

/** How long one slice of a prompt may take: an abort waits for at most one. */
const sliceMs = 250;
const firstSliceTokens = 16;
const maxSliceTokens = 512;
const longestDisposeMs = 3_000;

export async function createChatEngine(
  llama: Llama,
  model: LlamaModel,
  contextTokens: number,
): Promise<ChatEngine> {
  const { LlamaChat } = await import('node-llama-cpp');
  const context = await model.createContext({
    contextSize: Math.min(contextTokens, model.trainContextSize),
    sequences: 1,
    // Without it a sliding-window model evaluates the whole prompt again at each turn.
    swaFullCache: true,
  });
  const chat = new LlamaChat({ contextSequence: context.getSequence() });
  return new LlamaChatEngine(llama, model, context, chat);
}

class LlamaChatEngine implements ChatEngine {
  readonly contextTokens: number;
  readonly where: string;
  readonly #llama: Llama;
  readonly #model: LlamaModel;
  readonly #context: LlamaContext;
  readonly #chat: LlamaChat;
  #sliceTokens = firstSliceTokens;

  constructor(llama: Llama, model: LlamaModel, context: LlamaContext, chat: LlamaChat) {
    this.#llama = llama;
    this.#model = model;
    this.#context = context;
    this.#chat = chat;
    this.contextTokens = context.contextSize;
    this.where = llama.gpu === false ? 'CPU' : `GPU (${llama.gpu})`;
  }

  tokens(messages: ChatMessage[]): Token[] {
    const chatHistory = this.#history(messages);
    const { contextText } = this.#chat.chatWrapper.generateContextState({ chatHistory });
    return contextText.tokenize(this.#model.tokenizer);
  }

  promptText(messages: ChatMessage[]): string {
    return this.#model.detokenize(this.tokens(messages), true);
  }

  async evaluate(tokens: Token[], signal?: AbortSignal): Promise<boolean> {
    const { sequence } = this.#chat;
    await sequence.adaptStateToTokens(tokens, false);
    while (sequence.nextTokenIndex < tokens.length) {
      if (signal?.aborted) return false;
      const from = sequence.nextTokenIndex;
      const slice = tokens.slice(from, from + this.#sliceTokens);
      const startedMs = performance.now();
      await sequence.evaluateWithoutGeneratingNewTokens(slice);
      this.#fitSlice(slice.length, performance.now() - startedMs);
    }
    return !signal?.aborted;
  }

  async generate(request: GenerateRequest): Promise<Generation> {
    const { messages, schema, signal, onText } = request;
    const prompt = this.tokens(messages);
    const written: string[] = [];
    const result = (end: Generation['end'], text: string): Generation => ({
      text,
      end,
      promptTokens: prompt.length,
      answerTokens: text === '' ? 0 : this.#model.tokenize(text).length,
    });
    // The last token is left to generateResponse, which needs one to start from.
    if (!(await this.evaluate(prompt.slice(0, -1), signal))) return result('aborted', '');
    const options = {
      maxTokens: Math.min(request.maxTokens, this.contextTokens - prompt.length - 1),
      temperature: request.temperature,
      repeatPenalty: { penalty: 1.1, lastTokens: 64 },
      minP: 0.05,
      budgets: { thoughtTokens: 0 },
      ...(schema && { grammar: await this.#grammar(schema) }),
      ...(signal && { signal, stopOnAbortSignal: true }),
      onTextChunk: (piece: string) => {
        written.push(piece);
        onText?.(piece);
      },
    };
    const { response, metadata } = await this.#chat.generateResponse(
      this.#history(messages),
      options,
    );
    if (metadata.stopReason === 'abort') return result('aborted', written.join(''));
    return result(metadata.stopReason === 'maxTokens' ? 'length' : 'finished', response);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const disposed = (async () => {
      await this.#context.dispose();
      await this.#model.dispose();
      await this.#llama.dispose();
    })();
    // The engine was seen to hang in it, once in many runs; a stop must not.
    await Promise.race([disposed, sleep(longestDisposeMs, undefined, { ref: false })]);
  }

  /** Texts go in as plain strings, so a control token in them stays text. The model's turn is left open. */
  #history(messages: ChatMessage[]): ChatHistoryItem[] {
    const { supportsSystemMessages } = this.#chat.chatWrapper.settings;
    const items = (supportsSystemMessages ? messages : withoutSystemRole(messages)).map(
      ({ role, text }): ChatHistoryItem =>
        role === 'assistant' ? { type: 'model', response: [text] } : { type: role, text },
    );
    return [...items, { type: 'model', response: [''] }];
  }

  /** `never`: the library would infer the answer's type; it is parsed where it is used. */
  #grammar(schema: JsonSchema): Promise<LlamaGrammar> {
    return this.#llama.createGrammarForJsonSchema(schema as never);
  }

  #fitSlice(tokens: number, tookMs: number): void {
    const fitting = Math.round((tokens * sliceMs) / Math.max(tookMs, 1));
    this.#sliceTokens = Math.min(maxSliceTokens, Math.max(firstSliceTokens, fitting));
  }
}

/** Where a template knows no system role the persona stands before the first message, as Gemma's has it. */
function withoutSystemRole(messages: ChatMessage[]): ChatMessage[] {
  const [system, first, ...rest] = messages;
  if (system?.role !== 'system' || first?.role !== 'user') return messages;
  return [{ role: 'user', text: `${system.text}\n\n${first.text}` }, ...rest];
}
