import type { Memories, MemoryMetadata, MemoryType } from '../ports/memories.ts';

export interface Heard {
  userId: number;
  chatId: number;
  messageId: number;
  timestamp: number;
  type: MemoryType;
  text: string;
  /** Names the update it came in. */
  sourceKey: string;
  raw?: object;
}

export interface ReplyPayload {
  /** The memory of the question. */
  sourceKey: string;
  messageId: number;
  /** Of the user's memory just before the question. */
  memoryVersion: number;
  /** She has said that the model is still loading. */
  toldLoading?: boolean;
}

/** Remembers what the user said and, for chat, makes the reply a job, in one commit. */
export type Hear = (heard: Heard) => void;

export function createHear(memories: Memories): Hear {
  return (heard) => {
    const { userId, chatId, messageId, sourceKey, type, text } = heard;
    const metadata: MemoryMetadata = { role: 'user', messageId };
    if (heard.raw) metadata.raw = heard.raw;
    const payload: ReplyPayload = {
      sourceKey,
      messageId,
      memoryVersion: memories.version(userId),
    };
    memories.remember(
      {
        userId,
        chatId,
        timestamp: heard.timestamp,
        type,
        content: text,
        rawContent: text,
        mediaPath: null,
        metadata,
        sourceKey,
      },
      type === 'chat'
        ? [{ kind: 'reply', key: `reply:${sourceKey}`, userId, chatId, payload }]
        : [],
    );
  };
}
