import type { Update } from 'grammy/types';
import { expect, test } from 'vitest';
import { createAllowList, senderOf } from '../../src/telegram/allow-list.ts';
import { ada, ben, openTestStores } from '../support/fast-stores.ts';

const inPrivate = (userId: number) => ({ userId, chatId: userId, messageId: 1 });

test('whom the configuration names may talk, and who has paired; nobody else', () => {
  using stores = openTestStores();
  const allowList = createAllowList(stores.users, [ada]);
  expect(allowList.allows(inPrivate(ada))).toBe(true);
  expect(allowList.allows(inPrivate(ben))).toBe(false);
  stores.users.add(ben, 1);
  expect(allowList.allows(inPrivate(ben))).toBe(true);
  expect(allowList.userIds()).toEqual([ada, ben]);
  stores.users.add(ada, 2);
  expect(allowList.userIds()).toEqual([ada, ben]);
});

test('in a group even the owner is a stranger', () => {
  using stores = openTestStores();
  const allowList = createAllowList(stores.users, [ada]);
  expect(allowList.allows({ userId: ada, chatId: -1001, messageId: 1 })).toBe(false);
  expect(allowList.allows({ userId: ben, chatId: ada, messageId: 1 })).toBe(false);
});

test('the sender of a message is who wrote it, of a pressed button who pressed it', () => {
  const chat = { id: 5, type: 'private', first_name: 'Ada' };
  const from = { id: 5, is_bot: false, first_name: 'Ada' };
  const written = { update_id: 1, message: { message_id: 9, date: 1, chat, from, text: 'hi' } };
  expect(senderOf(written as Update)).toEqual({ userId: 5, chatId: 5, messageId: 9 });
  const presser = { ...from, id: 6 };
  const pressed = {
    update_id: 2,
    callback_query: { id: 'q', from: presser, message: written.message },
  };
  expect(senderOf(pressed as unknown as Update)).toEqual({ userId: 6, chatId: 5, messageId: null });
});

test('what has no sender is nobody’s', () => {
  const chat = { id: 5, type: 'channel', title: 'News' };
  expect(
    senderOf({ update_id: 1, message: { message_id: 9, date: 1, chat } } as Update),
  ).toBeUndefined();
  expect(senderOf({ update_id: 1, poll: {} } as unknown as Update)).toBeUndefined();
});
