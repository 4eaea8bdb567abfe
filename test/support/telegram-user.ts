import { setTimeout as sleep } from 'node:timers/promises';
import type { Message } from 'grammy/types';
import type { SeenMessage } from '../../src/local-telegram/chat-message.ts';
import type { ClientEvent } from '../../src/local-telegram/client/client-events.ts';
import { patience } from './patience.ts';

export type ChatMessage = SeenMessage;
export type SeenEvent = ClientEvent & { at: number };
export type Matcher = string | RegExp | ((message: ChatMessage) => boolean);
export interface TelegramUserOptions {
  id?: number;
  firstName?: string;
  username?: string;
  languageCode?: string;
}
export interface SendOptions {
  replyTo?: number;
  forwardedFrom?: string;
}
export interface WaitOptions {
  /** Only messages with a higher message_id count. */
  after?: number;
  timeoutMs?: number;
}
interface File {
  bytes: Uint8Array;
  name: string;
  type: string;
}

const pollEveryMs = 10;
const defaultTimeoutMs = 20_000;

/** A person with a phone: writes to the bot, presses its buttons, and sees what it answers. */
export class TelegramUser {
  readonly id: number;
  readonly #url: string;
  readonly #name: Record<string, string>;
  readonly #events: SeenEvent[] = [];
  readonly #closing = new AbortController();

  constructor(url: string, options: TelegramUserOptions = {}) {
    this.#url = url;
    this.id = options.id ?? 1;
    this.#name = {
      user: String(this.id),
      ...(options.firstName && { first_name: options.firstName }),
      ...(options.username && { username: options.username }),
      ...(options.languageCode && { language_code: options.languageCode }),
    };
  }

  send(text: string, options: SendOptions = {}): Promise<Message> {
    return this.#send({ kind: 'text', text, ...asFields(options) });
  }

  sendPhoto(bytes: Uint8Array, caption?: string): Promise<Message> {
    return this.#upload('photo', [photo(bytes)], caption);
  }

  /** Several photos at once; the caption goes with the first, as in Telegram. */
  sendAlbum(photos: Uint8Array[], caption?: string): Promise<Message[]> {
    return this.#uploadAll('photo', photos.map(photo), caption);
  }

  sendVoice(bytes: Uint8Array, seconds: number, caption?: string): Promise<Message> {
    const file = { bytes, name: 'voice.oga', type: 'audio/ogg' };
    return this.#upload('voice', [file], caption, { duration: seconds });
  }

  sendAudio(bytes: Uint8Array, name: string, seconds: number): Promise<Message> {
    return this.#upload('audio', [{ bytes, name, type: 'audio/mpeg' }], undefined, {
      duration: seconds,
    });
  }

  sendVideo(bytes: Uint8Array, seconds: number, caption?: string): Promise<Message> {
    const file = { bytes, name: 'video.mp4', type: 'video/mp4' };
    return this.#upload('video', [file], caption, { duration: seconds });
  }

  sendVideoNote(bytes: Uint8Array, seconds: number): Promise<Message> {
    const file = { bytes, name: 'round.mp4', type: 'video/mp4' };
    return this.#upload('video_note', [file], undefined, { duration: seconds });
  }

  sendAnimation(bytes: Uint8Array, caption?: string): Promise<Message> {
    return this.#upload('animation', [{ bytes, name: 'fun.gif', type: 'image/gif' }], caption);
  }

  sendDocument(bytes: Uint8Array, name: string, caption?: string, type = ''): Promise<Message> {
    return this.#upload('document', [{ bytes, name, type }], caption);
  }

  sendSticker(bytes: Uint8Array = new Uint8Array([0]), emoji = '🦊'): Promise<Message> {
    const file = { bytes, name: 'sticker.webp', type: 'image/webp' };
    return this.#upload('sticker', [file], undefined, { emoji });
  }

  sendLocation(latitude = 48.85, longitude = 2.35): Promise<Message> {
    return this.#send({ kind: 'location', location: { latitude, longitude } });
  }

  sendVenue(title: string, address: string): Promise<Message> {
    const location = { latitude: 48.85, longitude: 2.35 };
    return this.#send({ kind: 'venue', venue: { location, title, address } });
  }

  sendContact(phone_number = '+33123456789', first_name = 'Ada'): Promise<Message> {
    return this.#send({ kind: 'contact', contact: { phone_number, first_name } });
  }

  sendPoll(question: string, options: string[]): Promise<Message> {
    return this.#send({ kind: 'poll', poll: { question, options } });
  }

  forward(text: string, fromName: string): Promise<Message> {
    return this.send(text, { forwardedFrom: fromName });
  }

  sendIn(groupId: number, text: string): Promise<Message> {
    return this.#send({ kind: 'text', text, chat: groupId });
  }

  async edit(messageId: number, text: string): Promise<Message> {
    const body = { message_id: messageId, text };
    return (await this.#post<{ message: Message }>('edit', body)).message;
  }

  async press(message: Message, buttonText: string): Promise<void> {
    const buttons = message.reply_markup?.inline_keyboard.flat() ?? [];
    const button = buttons.find(({ text }) => text === buttonText);
    if (!button || !('callback_data' in button)) {
      const there = buttons.map(({ text }) => `"${text}"`).join(', ') || 'none';
      throw new Error(
        `Message ${message.message_id} has no button "${buttonText}"; it has: ${there}.`,
      );
    }
    const data = button.callback_data;
    await this.#post('press', { message_id: message.message_id, data });
  }

  async react(messageId: number, emoji: string | undefined): Promise<void> {
    await this.#post('react', { message_id: messageId, ...(emoji && { emoji }) });
  }

  /** The whole chat with the bot (or of a group), oldest first. */
  async messages(chatId: number = this.id): Promise<ChatMessage[]> {
    const url = this.#address('history', { chat: String(chatId) });
    return (await read<{ messages: ChatMessage[] }>(await fetch(url))).messages;
  }

  /** Waits for a message of the bot that matches; an edited one counts as it now reads. */
  waitFor(
    what: Matcher,
    { after = 0, timeoutMs = defaultTimeoutMs }: WaitOptions = {},
  ): Promise<ChatMessage> {
    const matches = asPredicate(what);
    return this.#waitUntil(`a message of the bot that matches ${String(what)}`, timeoutMs, (chat) =>
      chat.find((each) => each.from_bot && each.message_id > after && matches(each)),
    );
  }

  waitForReaction(messageId: number, timeoutMs = defaultTimeoutMs): Promise<string> {
    return this.#waitUntil(
      `a reaction of the bot to message ${messageId}`,
      timeoutMs,
      (chat) => chat.find((each) => each.message_id === messageId)?.bot_reaction,
    );
  }

  /** Records what happens in the chat from now on: typing, drafts, edits, with performance.now() times. */
  async listen(): Promise<void> {
    const { signal } = this.#closing;
    const response = await fetch(this.#address('events'), { signal });
    if (!response.ok || !response.body) throw new Error(`Cannot listen: ${response.status}`);
    // A server that goes away ends the telling; what was recorded stays.
    this.#record(response.body).catch(() => undefined);
  }

  events(): SeenEvent[] {
    return [...this.#events];
  }

  close() {
    this.#closing.abort();
  }

  async #record(body: ReadableStream<Uint8Array>) {
    const decoder = new TextDecoder();
    let rest = '';
    for await (const chunk of body) {
      const at = performance.now();
      const blocks = (rest + decoder.decode(chunk, { stream: true })).split('\n\n');
      rest = blocks.pop() ?? '';
      for (const block of blocks.filter((each) => each.startsWith('data: ')))
        this.#events.push({ ...(JSON.parse(block.slice(6)) as ClientEvent), at });
    }
  }

  async #waitUntil<T>(
    what: string,
    timeoutMs: number,
    find: (chat: ChatMessage[]) => T | undefined,
  ): Promise<T> {
    const deadline = performance.now() + timeoutMs * patience;
    for (;;) {
      const started = performance.now();
      const chat = await this.messages();
      const found = find(chat);
      if (found !== undefined) return found;
      if (performance.now() > deadline)
        throw new Error(`Waited ${timeoutMs} ms for ${what}. The chat so far:\n${tail(chat)}`);
      // A long chat takes a while to read; looking must not become all that the server does.
      await sleep(Math.max(pollEveryMs, 3 * (performance.now() - started)));
    }
  }

  async #send(body: Record<string, unknown>): Promise<Message> {
    return (await this.#post<{ messages: Message[] }>('send', body)).messages.at(-1)!;
  }

  async #upload(
    kind: string,
    files: File[],
    caption?: string,
    facts: object = {},
  ): Promise<Message> {
    return (await this.#uploadAll(kind, files, caption, facts))[0]!;
  }

  async #uploadAll(
    kind: string,
    files: File[],
    caption?: string,
    facts: object = {},
  ): Promise<Message[]> {
    const form = new FormData();
    const fields = { kind, ...(caption && { caption }), ...facts };
    for (const [name, value] of Object.entries(fields)) form.set(name, String(value));
    for (const { bytes, name, type } of files)
      form.append('file', new Blob([new Uint8Array(bytes)], { type }), name);
    const response = await fetch(this.#address('send'), { method: 'POST', body: form });
    return (await read<{ messages: Message[] }>(response)).messages;
  }

  async #post<T>(route: string, body: Record<string, unknown>): Promise<T> {
    const response = await fetch(this.#address(route), {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    return read<T>(response);
  }

  #address(route: string, more: Record<string, string> = {}): string {
    return `${this.#url}/client/${route}?${new URLSearchParams({ ...this.#name, ...more })}`;
  }
}

async function read<T>(response: Response): Promise<T> {
  const body = (await response.json()) as T & { error?: string };
  if (!response.ok)
    throw new Error(body.error ?? `The local Telegram answered ${response.status}.`);
  return body;
}

function asPredicate(what: Matcher): (message: ChatMessage) => boolean {
  if (typeof what === 'function') return what;
  return ({ text, caption }) => {
    const said = text ?? caption ?? '';
    return typeof what === 'string' ? said.includes(what) : what.test(said);
  };
}

function asFields({ replyTo, forwardedFrom }: SendOptions) {
  return {
    ...(replyTo !== undefined && { reply_to: replyTo }),
    ...(forwardedFrom !== undefined && { forwarded_from: forwardedFrom }),
  };
}

function photo(bytes: Uint8Array): File {
  return { bytes, name: 'photo.jpg', type: '' };
}

function tail(chat: ChatMessage[]): string {
  const lines = chat.slice(-10).map((message) => {
    const who = message.from_bot ? 'bot ' : 'user';
    const said = message.text ?? message.caption ?? '(no text)';
    const reactions = message.reactions.length > 0 ? ` [${message.reactions.join('')}]` : '';
    return `  ${message.message_id} ${who}: ${said}${reactions}`;
  });
  return lines.join('\n') || '  (empty)';
}
