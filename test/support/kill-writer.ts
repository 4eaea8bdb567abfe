import type { TelegramUser } from './telegram-user.ts';

/** What a round of writing is made of; each kind leads through certain steps of Senko. */
export type Topic = 'capture' | 'journal' | 'chat';

/** What must be found of it afterwards. */
export interface Written {
  /** Texts of the journals that were closed, in order. */
  journals: string[][];
  /** Texts of the one that is open. */
  drafts: string[];
  /** Texts that were said while no journal was open. */
  questions: string[];
  /** The messages that went into a journal. */
  captured: number[];
}

export interface Writer {
  /** Writes a little about the topic; every text is unlike any other. */
  write(topic: Topic): Promise<void>;
  written(): Written;
}

/**
 * Somebody who keeps journals and chats. Commands work in the order in which they were sent, so
 * what they wrote tells which text belongs where, whatever happens to Senko meanwhile.
 */
export function createWriter(
  user: TelegramUser,
  draw: { below(limit: number): number; pause(): Promise<void> },
): Writer {
  const written: Written = { journals: [], drafts: [], questions: [], captured: [] };
  let open = false;
  let count = 0;

  const text = () => `text${++count} ${words[draw.below(words.length)]}`;
  const send = async (what: string) => {
    await draw.pause();
    return (await user.send(what)).message_id;
  };

  const capture = async (times: number) => {
    if (!open) await send('/journal start');
    open = true;
    for (let left = times; left > 0; left--) {
      const entry = text();
      written.drafts.push(entry);
      written.captured.push(await send(entry));
    }
  };

  const close = async () => {
    if (!open) return;
    await send('/journal done');
    open = false;
    written.journals.push(written.drafts);
    written.drafts = [];
  };

  const chat = async (times: number) => {
    for (let left = times; left > 0; left--) {
      const question = text();
      written.questions.push(question);
      await send(question);
    }
  };

  return {
    async write(topic) {
      if (topic === 'capture') return capture(2 + draw.below(3));
      if (topic === 'journal') await capture(1 + draw.below(3));
      await close();
      await chat(topic === 'chat' ? 2 + draw.below(2) : draw.below(2));
    },
    written: () => written,
  };
}

const words = [
  'walked up to the shrine',
  'rain all day, the *tin* roof sang',
  'Mika laughed at my hat',
  'what did we eat by the river?',
  'slept badly; dreamt of snow 🌨',
  'do you like the sea?',
];
