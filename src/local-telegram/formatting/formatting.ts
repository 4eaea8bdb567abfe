import type { MessageEntity } from 'grammy/types';

export interface FormattedText {
  text: string;
  entities: MessageEntity[];
}

/** Why a text's formatting is refused, in Telegram's words. */
export class FormatError extends Error {}

/** Telegram counts error positions in UTF-8 bytes. */
export function byteOffset(text: string, index: number): number {
  return Buffer.byteLength(text.slice(0, index));
}
