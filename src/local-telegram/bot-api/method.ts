import type { Chat } from 'grammy/types';
import type { Backend } from '../backend.ts';
import type { ChatMessage } from '../chat-message.ts';
import { badRequest } from './api-error.ts';
import type { Params } from './params.ts';

export interface MethodCall {
  params: Params;
  backend: Backend;
  /** Calls back when the caller hangs up before it is answered. */
  onGone: (forget: () => void) => void;
}
export type Method = (call: MethodCall) => unknown;
export type Methods = Record<string, Method>;

export function requireChat({ params, backend }: MethodCall, name = 'chat_id'): Chat {
  if (!params.string(name)) throw badRequest(`${name} is empty`);
  const id = params.integer(name);
  const chat = id === undefined ? undefined : backend.store.chat(id);
  if (!chat) throw badRequest('chat not found');
  return chat;
}

export function requireMessage(call: MethodCall, missing: string): ChatMessage {
  const chat = requireChat(call);
  const id = call.params.integer('message_id');
  const entry = id === undefined ? undefined : call.backend.store.message(chat.id, id);
  if (!entry) throw badRequest(missing);
  return entry;
}
