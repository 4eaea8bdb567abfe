import { randomInt, randomUUID } from 'node:crypto';
import type { Chat, Message, Poll, User } from 'grammy/types';
import { asQuoted, type Backend, publishEdit, unixNow } from '../backend.ts';
import type { Params } from '../bot-api/params.ts';
import type { UpdateBody } from '../chat-store.ts';
import type { FileKind } from '../file-store.ts';
import { formatText } from '../formatting/format-text.ts';
import { mediaFromUpload } from '../media.ts';

/** Whose phone it is, and which chat is open on it. */
export interface Sender {
  user: User;
  chat: Chat;
}
export class ClientError extends Error {}

const maxTextLength = 4096;
const maxCaptionLength = 1024;
const albumLength = 10;
const fileKinds = new Set<string>([
  'photo',
  'document',
  'voice',
  'audio',
  'video',
  'video_note',
  'animation',
  'sticker',
] satisfies FileKind[]);

/** Sends what a user wrote or attached: one message, an album, or the pieces of a long text. */
export function sendFromUser(backend: Backend, sender: Sender, params: Params): Message[] {
  const contents = readContents(backend, params);
  const shared = readShared(backend, sender, params);
  const messages = backend.store.transaction(() => {
    backend.store.saveUser(sender.user);
    backend.store.saveChat(sender.chat);
    return contents.map((content) => deliver(backend, sender, { ...shared, ...content }));
  });
  backend.updates.announce();
  for (const message of messages) {
    const entry = { message, reactions: {}, confirmed: false };
    backend.clients.publish(message.chat.id, { type: 'message', entry });
  }
  return messages;
}

/** A user edits a text or caption of their own. */
export function editFromUser(backend: Backend, { user, chat }: Sender, params: Params): Message {
  const message = backend.store.message(chat.id, params.integer('message_id') ?? 0)?.message;
  if (message?.from?.id !== user.id) throw new ClientError('There is no such message of yours.');
  const edited: Message = {
    ...(message.text === undefined ? withoutCaption(message) : withoutText(message)),
    ...(message.text === undefined
      ? readCaption(params.string('text'))
      : readText(params.string('text') ?? '')[0]),
    edit_date: unixNow(),
  };
  backend.store.transaction(() => {
    publishEdit(backend, edited);
    backend.updates.add({ edited_message: edited } as UpdateBody);
  });
  backend.updates.announce();
  return edited;
}

function deliver(backend: Backend, { user, chat }: Sender, content: Partial<Message>): Message {
  const message_id = backend.store.nextMessageId(chat.id);
  const message: Message = { message_id, from: user, chat, date: unixNow(), ...content };
  backend.store.insertMessage(message);
  const updateId = backend.updates.add({ message } as UpdateBody);
  if (updateId !== undefined) backend.store.linkUpdate(message, updateId);
  return message;
}

function readContents(backend: Backend, params: Params): Partial<Message>[] {
  const kind = params.string('kind') ?? 'text';
  if (kind === 'text') return readText(params.string('text') ?? '');
  if (fileKinds.has(kind)) return readFiles(backend, kind as FileKind, params);
  if (kind === 'poll') return [{ poll: readPoll(params) }];
  const given = params.json<object>(kind);
  if (!given || !['location', 'contact', 'venue'].includes(kind))
    throw new ClientError(`A message of kind ${kind} cannot be sent.`);
  if (kind === 'venue') {
    const venue = given as NonNullable<Message['venue']>;
    return [{ location: venue.location, venue }];
  }
  return [{ [kind]: given }];
}

function readText(source: string): [Partial<Message>, ...Partial<Message>[]] {
  const pieces = source.match(new RegExp(`[\\s\\S]{1,${maxTextLength}}`, 'g')) ?? [];
  const [first, ...more] = pieces
    .map((piece) => formatText(piece, undefined, undefined))
    .filter(({ text }) => text)
    .map(({ text, entities }) => ({ text, ...(entities.length > 0 && { entities }) }));
  if (!first) throw new ClientError('An empty message cannot be sent.');
  return [first, ...more];
}

function readFiles(backend: Backend, kind: FileKind, params: Params): Partial<Message>[] {
  const { uploads } = params;
  if (uploads.length === 0) throw new ClientError('There is no file in the request.');
  if (uploads.length > albumLength) throw new ClientError('An album holds ten files at most.');
  const caption = readCaption(params.string('caption'));
  const album = uploads.length > 1 ? { media_group_id: String(randomInt(2 ** 47)) } : {};
  const facts = {
    duration: params.number('duration'),
    width: params.integer('width'),
    height: params.integer('height'),
    title: params.string('title'),
    performer: params.string('performer'),
    emoji: params.string('emoji'),
  };
  return uploads.map((upload, index) => ({
    ...mediaFromUpload(backend.files, kind, upload, facts),
    ...album,
    ...(index === 0 && caption),
  }));
}

function readCaption(source: string | undefined): Partial<Message> {
  const { text, entities } = formatText(source ?? '', undefined, undefined);
  if (text.length > maxCaptionLength)
    throw new ClientError('A caption holds 1,024 characters at most.');
  return {
    ...(text && { caption: text }),
    ...(entities.length > 0 && { caption_entities: entities }),
  };
}

function readPoll(params: Params): Poll {
  const given = params.json<{ question: string; options: string[] }>('poll');
  if (!given?.question || !given.options?.length) throw new ClientError('A poll needs options.');
  return {
    id: String(randomInt(2 ** 47)),
    question: given.question,
    options: given.options.map((text) => ({ persistent_id: randomUUID(), text, voter_count: 0 })),
    total_voter_count: 0,
    is_closed: false,
    is_anonymous: true,
    type: 'regular',
    allows_multiple_answers: false,
    allows_revoting: true,
    members_only: false,
  };
}

function readShared(backend: Backend, { chat }: Sender, params: Params): Partial<Message> {
  const replyTo = params.integer('reply_to');
  const quoted =
    replyTo === undefined ? undefined : backend.store.message(chat.id, replyTo)?.message;
  const forwardedFrom = params.string('forwarded_from');
  return {
    ...(quoted && { reply_to_message: asQuoted(quoted) }),
    ...(forwardedFrom && {
      forward_origin: { type: 'hidden_user', sender_user_name: forwardedFrom, date: unixNow() },
    }),
  };
}

function withoutText({ entities: _, ...rest }: Message): Message {
  return rest;
}

function withoutCaption({ caption: _, caption_entities: __, ...rest }: Message): Message {
  return rest;
}
