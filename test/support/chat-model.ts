import { tinyChatModel } from './models/tiny-models.ts';

/** The model of the end-to-end tests: tiny, real architecture, random; or a real one. */
export function testChatModel(): Promise<string> {
  return process.env.TEST_CHAT_MODEL
    ? Promise.resolve(process.env.TEST_CHAT_MODEL)
    : tinyChatModel();
}

/** Never ends a turn by itself, and takes a second for an answer: for what must be stopped, or is long. */
export function endlessChatModel(): Promise<string> {
  return tinyChatModel({ endsTurns: false, layers: 16 });
}
