import type { LinkPreviewOptions, Message } from 'grammy/types';
import { badRequest } from './api-error.ts';
import { type MethodCall, type Methods, requireChat } from './method.ts';
import { format, maxTextLength, readCaption, readText, sendToChat } from './outgoing.ts';

const chatActions = new Set([
  'typing',
  'upload_photo',
  'record_video',
  'upload_video',
  'record_voice',
  'upload_voice',
  'upload_document',
  'choose_sticker',
  'find_location',
  'record_video_note',
  'upload_video_note',
]);

export const messageMethods: Methods = {
  sendMessage(call) {
    const chat = requireChat(call);
    const preview = call.params.json<LinkPreviewOptions>('link_preview_options');
    const text = readText(call.params);
    return sendToChat(call, chat, { ...text, ...(preview && { link_preview_options: preview }) });
  },

  sendMessageDraft(call) {
    const chat = requireChat(call);
    const draftId = call.params.integer('draft_id');
    if (chat.type !== 'private')
      throw badRequest('message drafts can be sent in private chats only');
    if (!draftId) throw badRequest('draft identifier must be non-zero');
    const { text, entities } = format(call.params, 'text', 'entities');
    if (text.length > maxTextLength) throw badRequest('message is too long');
    const draft = { draft_id: draftId, text, entities };
    call.backend.clients.publish(chat.id, { type: 'draft', draft });
    return true;
  },

  sendChatAction(call) {
    const chat = requireChat(call);
    const action = call.params.string('action') ?? '';
    if (!chatActions.has(action)) throw badRequest('wrong parameter action in request');
    call.backend.clients.publish(chat.id, { type: 'action', action });
    return true;
  },

  sendLocation(call) {
    const chat = requireChat(call);
    return sendToChat(call, chat, { location: readLocation(call) });
  },

  sendVenue(call) {
    const chat = requireChat(call);
    const location = readLocation(call);
    const title = call.params.string('title') ?? '';
    const address = call.params.string('address') ?? '';
    return sendToChat(call, chat, { location, venue: { location, title, address } });
  },

  sendContact(call) {
    const chat = requireChat(call);
    const phone = call.params.string('phone_number');
    const name = call.params.string('first_name');
    if (!phone) throw badRequest('phone number is empty');
    if (!name) throw badRequest('first name is empty');
    const last = call.params.string('last_name');
    const contact = { phone_number: phone, first_name: name, ...(last && { last_name: last }) };
    return sendToChat(call, chat, { contact });
  },

  forwardMessage(call) {
    const source = readSource(call, 'message to forward not found');
    const { from, date } = source;
    const forward_origin: Message['forward_origin'] = from
      ? { type: 'user', sender_user: from, date }
      : { type: 'hidden_user', sender_user_name: 'Someone', date };
    return sendToChat(call, requireChat(call), { ...contentOf(source), forward_origin });
  },

  copyMessage(call) {
    const source = readSource(call, 'message to copy not found');
    const caption = call.params.has('caption') ? readCaption(call.params) : {};
    const sent = sendToChat(call, requireChat(call), { ...contentOf(source), ...caption });
    return { message_id: sent.message_id };
  },
};

function readLocation({ params }: MethodCall) {
  const latitude = params.number('latitude');
  const longitude = params.number('longitude');
  if (latitude === undefined) throw badRequest('latitude is empty');
  if (longitude === undefined) throw badRequest('longitude is empty');
  return { latitude, longitude };
}

function readSource(call: MethodCall, missing: string): Message {
  const chat = requireChat(call, 'from_chat_id');
  const entry = call.backend.store.message(chat.id, call.params.integer('message_id') ?? 0);
  if (!entry) throw badRequest(missing);
  return entry.message;
}

function contentOf(message: Message): Partial<Message> {
  const content: Partial<Message> = { ...message };
  for (const field of ownToAMessage) delete content[field];
  return content;
}

const ownToAMessage = [
  'message_id',
  'chat',
  'from',
  'date',
  'edit_date',
  'media_group_id',
  'forward_origin',
  'reply_markup',
  'reply_to_message',
] as const;
