/** One message of a prompt. Its text is always plain: a control token inside it stays text. */
export interface ChatMessage {
  role: 'system' | 'user' | 'assistant';
  text: string;
}

export type ModelStatus =
  | { state: 'loading'; name: string }
  | { state: 'ready'; name: string; contextTokens: number; where: string }
  | { state: 'absent'; reason: string };

/** Lower runs first. A reply never waits behind a compile that has not started. */
export const priorities = { reply: 0, compile: 1, background: 2 } as const;
export type Priority = (typeof priorities)[keyof typeof priorities];

/** A JSON schema in the subset that a GBNF grammar can express. */
export type JsonSchema =
  | { type: 'object'; properties: Record<string, JsonSchema> }
  | { type: 'array'; items: JsonSchema; minItems?: number; maxItems?: number }
  | { type: 'string'; minLength?: number; maxLength?: number };

export interface GenerateRequest {
  messages: ChatMessage[];
  maxTokens: number;
  temperature: number;
  priority: Priority;
  /** The answer is JSON of this shape, as far as `maxTokens` lets it end. */
  schema?: JsonSchema;
  signal?: AbortSignal;
  /** Called with each new piece of text as it is written. */
  onText?: (piece: string) => void;
}

export interface Generation {
  text: string;
  end: 'finished' | 'length' | 'aborted';
  promptTokens: number;
  answerTokens: number;
}

/** A model that chats. `generate` throws ModelUnavailableError unless the status is `ready`. */
export interface ChatModel {
  status(): ModelStatus;
  /** Calls back at each change of status; the returned function ends that. */
  onStatus(listener: (status: ModelStatus) => void): () => void;
  /** Tokens of the whole prompt, template included; only while `ready`. */
  countTokens(messages: ChatMessage[]): number;
  /** Aborting resolves with what was written so far and `end: 'aborted'`. */
  generate(request: GenerateRequest): Promise<Generation>;
}

/** How much the model sees at once; 0 while there is none. */
export function contextTokensOf(chatModel: ChatModel): number {
  const status = chatModel.status();
  return status.state === 'ready' ? status.contextTokens : 0;
}

export class ModelUnavailableError extends Error {
  override name = 'ModelUnavailableError';
}
