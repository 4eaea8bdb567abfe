import {
  type ChatMessage,
  type ChatModel,
  type GenerateRequest,
  type Generation,
  type ModelStatus,
  ModelUnavailableError,
} from '../../src/ports/chat-model.ts';

export interface ScriptedModel extends ChatModel {
  requests: GenerateRequest[];
  become(status: ModelStatus): void;
}

export const ready: ModelStatus = {
  state: 'ready',
  name: 'script',
  contextTokens: 1_000,
  where: 'CPU',
};

/** A word is a token, and each message costs three more: as a template would. */
export function countWords(messages: ChatMessage[]): number {
  return messages.reduce((sum, { text }) => sum + (text.match(/\S+/g)?.length ?? 0) + 3, 0);
}

/** A second model of the port that says what it is told to: for what must not depend on chance. */
export function scriptedModel(
  answer: (request: GenerateRequest, number: number) => string | Promise<Partial<Generation>>,
  status: ModelStatus = ready,
): ScriptedModel {
  const listeners = new Set<(status: ModelStatus) => void>();
  const requests: GenerateRequest[] = [];
  return {
    requests,
    status: () => status,
    onStatus(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    countTokens: countWords,
    async generate(request) {
      if (status.state !== 'ready') throw new ModelUnavailableError(status.state);
      requests.push(request);
      const given = await answer(request, requests.length);
      const generation = typeof given === 'string' ? { text: given } : given;
      return { text: '', end: 'finished', promptTokens: 1, answerTokens: 1, ...generation };
    },
    become(next) {
      status = next;
      for (const listener of listeners) listener(next);
    },
  };
}
