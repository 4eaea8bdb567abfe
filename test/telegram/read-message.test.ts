import type { Message } from 'grammy/types';
import { expect, test } from 'vitest';
import { readMessage } from '../../src/telegram/read-message.ts';

const message = (fields: object) =>
  ({
    message_id: 1,
    date: 1,
    chat: { id: 1, type: 'private', first_name: 'Ada' },
    ...fields,
  }) as Message;

test('a text is its text, and nothing of Telegram’s JSON is kept', () => {
  expect(readMessage(message({ text: 'tea?' }))).toEqual({
    type: 'text',
    content: 'tea?',
    raw: null,
  });
});

test.each([
  ['photo', 'image'],
  ['video', 'video'],
  ['video_note', 'video'],
  ['voice', 'voice'],
  ['audio', 'audio'],
  ['sticker', 'sticker'],
  ['document', 'document'],
  ['location', 'location'],
  ['contact', 'contact'],
  ['poll', 'poll'],
])('a message with a %s is of type %s and kept with its JSON', (field, type) => {
  const whole = message({ [field]: { file_id: 'x' } });
  expect(readMessage(whole)).toEqual({ type, content: '', raw: whole });
});

test('a caption is its content', () => {
  expect(readMessage(message({ photo: [], caption: 'our lake' }))).toMatchObject({
    type: 'image',
    content: 'our lake',
  });
});

test('an animation is a video though it has a document, a venue a location', () => {
  expect(readMessage(message({ document: {}, animation: {} }))?.type).toBe('video');
  expect(readMessage(message({ venue: {}, location: {} }))?.type).toBe('location');
});

test('a forwarded message is a forward, whatever it carries, with its origin', () => {
  const forward_origin = { type: 'hidden_user', sender_user_name: 'Ruth', date: 1 };
  const text = message({ text: 'news', forward_origin });
  expect(readMessage(text)).toEqual({ type: 'forward', content: 'news', raw: text });
  const photo = message({ photo: [], caption: 'look', forward_origin });
  expect(readMessage(photo)).toEqual({ type: 'forward', content: 'look', raw: photo });
});

test('what is unknown is kept all the same', () => {
  const dice = message({ dice: { emoji: '🎲', value: 3 } });
  expect(readMessage(dice)).toEqual({ type: 'other', content: '', raw: dice });
});

test('what nobody said is nothing', () => {
  expect(readMessage(message({ pinned_message: {} }))).toBeUndefined();
  expect(readMessage(message({ message_auto_delete_timer_changed: {} }))).toBeUndefined();
});
