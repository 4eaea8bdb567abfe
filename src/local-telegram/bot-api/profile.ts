import type { BotCommand, BotCommandScope, Chat } from 'grammy/types';
import type { Backend } from '../backend.ts';
import { badRequest } from './api-error.ts';
import { type MethodCall, type Methods, requireChat } from './method.ts';

export const profileMethods: Methods = {
  getMe: ({ backend }) => ({
    ...backend.bot,
    can_join_groups: true,
    can_read_all_group_messages: false,
    supports_inline_queries: false,
    can_connect_to_business: false,
    has_main_web_app: false,
  }),

  setMyCommands(call) {
    const commands = call.params.json<BotCommand[]>('commands') ?? [];
    for (const { command, description } of commands) checkCommand(command, description);
    if (commands.length > 100) throw badRequest('BOT_COMMANDS_TOO_MUCH');
    call.backend.store.saveCommands({ ...listName(call), commands });
    tellClients(call.backend);
    return true;
  },

  getMyCommands(call) {
    const { scope, language } = listName(call);
    const lists = call.backend.store.commandLists();
    return lists.find((list) => list.scope === scope && list.language === language)?.commands ?? [];
  },

  deleteMyCommands(call) {
    const { scope, language } = listName(call);
    call.backend.store.removeCommands(scope, language);
    tellClients(call.backend);
    return true;
  },

  setChatMenuButton: () => true,
  getChatMenuButton: () => ({ type: 'commands' }),

  setMyName: (call) => keepProfile(call, 'name'),
  setMyDescription: (call) => keepProfile(call, 'description'),
  setMyShortDescription: (call) => keepProfile(call, 'short_description'),
  getMyName: ({ backend }) => ({ name: backend.store.setting('name') || backend.bot.first_name }),
  getMyDescription: ({ backend }) => ({ description: backend.store.setting('description') ?? '' }),
  getMyShortDescription: ({ backend }) => ({
    short_description: backend.store.setting('short_description') ?? '',
  }),

  getChat(call) {
    const chat = requireChat(call);
    return { ...chat, accent_color_id: 0, max_reaction_count: 11, accepted_gift_types: noGifts };
  },

  getChatMember(call) {
    const chat = requireChat(call);
    const userId = call.params.integer('user_id');
    if (userId === call.backend.bot.id) return { status: 'member', user: call.backend.bot };
    const user = userId === undefined ? undefined : call.backend.store.user(userId);
    if (!user || (chat.type === 'private' && chat.id !== userId))
      throw badRequest('user not found');
    return { status: 'member', user };
  },

  getUserProfilePhotos: () => ({ total_count: 0, photos: [] }),
};

const noGifts = {
  unlimited_gifts: false,
  limited_gifts: false,
  unique_gifts: false,
  premium_subscription: false,
};

/** The commands a user sees: the narrowest scope, then the user's language, wins. */
export function commandsFor(
  backend: Backend,
  chat: Chat | undefined,
  language?: string,
): BotCommand[] {
  const wide = chat && chat.type !== 'private' ? 'all_group_chats' : 'all_private_chats';
  const scopes = [`chat:${chat?.id}`, wide, 'default'];
  const languages = [language?.slice(0, 2) ?? '', ''];
  const lists = backend.store.commandLists();
  for (const scope of scopes)
    for (const wanted of languages) {
      const list = lists.find((each) => each.scope === scope && each.language === wanted);
      if (list && list.commands.length > 0) return list.commands;
    }
  return [];
}

function listName({ params }: MethodCall): { scope: string; language: string } {
  const scope = params.json<BotCommandScope>('scope') ?? { type: 'default' };
  const name = 'chat_id' in scope ? `chat:${scope.chat_id}` : scope.type;
  return { scope: name, language: params.string('language_code') ?? '' };
}

function checkCommand(command: string, description: string) {
  if (!/^[a-z0-9_]{1,32}$/.test(command)) throw badRequest('BOT_COMMAND_INVALID');
  if (!description || description.length > 256) throw badRequest('BOT_COMMAND_DESCRIPTION_INVALID');
}

function keepProfile({ params, backend }: MethodCall, name: string): true {
  backend.store.saveSetting(name, params.string(name) ?? '');
  return true;
}

function tellClients(backend: Backend) {
  backend.clients.publishToAll((chatId) => ({
    type: 'commands',
    commands: commandsFor(backend, backend.store.chat(chatId)),
  }));
}
