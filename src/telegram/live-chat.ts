import { randomInt } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Api, GrammyError } from 'grammy';
import type { Log } from '../log.ts';
import type { LiveChat, LiveText } from '../ports/outgoing.ts';
import { fromMarkdown } from './markdown.ts';
import { maxMessageLength, splitText } from './split-text.ts';

/** Telegram shows "typing" for five seconds. */
const typingEveryMs = 4_000;
const draftEveryMs = 400;
const lastDraftMs = 1_000;

/** Typing, drafts and progress: shown if it works, never in the way of the work. */
export function createLiveChat(api: Api, log: Log): LiveChat {
  return {
    typing(chatId) {
      const show = () => {
        api.sendChatAction(chatId, 'typing').catch((err) => log.debug({ err }, 'typing not shown'));
      };
      show();
      const timer = setInterval(show, typingEveryMs);
      return { [Symbol.dispose]: () => clearInterval(timer) };
    },

    stream: (chatId) => streamDrafts(api, chatId, log),

    async progress(chatId, text, messageId) {
      try {
        if (messageId === null) return (await api.sendMessage(chatId, text)).message_id;
        await api.editMessageText(chatId, messageId, text);
        return messageId;
      } catch (err) {
        if (err instanceof GrammyError && err.description.includes('not modified'))
          return messageId;
        log.debug({ err }, 'progress not shown');
        return messageId;
      }
    },
  };
}

/** One draft that grows: a call at a time, the newest text each time. */
function streamDrafts(api: Api, chatId: number, log: Log): LiveText {
  const draftId = randomInt(1, 2 ** 31 - 1);
  let newest = '';
  let shown = '';
  let over = false;
  let timer: NodeJS.Timeout | undefined;
  let sending: Promise<void> = Promise.resolve();

  const show = async () => {
    shown = newest;
    try {
      const [part] = splitText(fromMarkdown(shown), maxMessageLength);
      if (!part) return;
      await api.sendMessageDraft(chatId, draftId, part.text, { entities: part.entities });
    } catch (err) {
      log.debug({ err }, 'drafts cannot be shown here');
      over = true;
    }
  };
  const tick = () => {
    timer = undefined;
    sending = show().then(() => schedule());
  };
  const schedule = () => {
    if (!over && newest !== shown) timer ??= setTimeout(tick, draftEveryMs);
  };

  return {
    update(textSoFar) {
      const first = newest === '';
      newest = textSoFar;
      if (first) tick();
      else if (timer === undefined) void sending.then(schedule);
    },
    async end() {
      over = true;
      clearTimeout(timer);
      // A draft that came after the answer would be odd; one that does not come holds nothing up.
      await Promise.race([sending, sleep(lastDraftMs)]);
    },
  };
}
