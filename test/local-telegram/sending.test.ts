import { InputFile } from 'grammy';
import { expect, test } from 'vitest';
import { openStage, pngOf } from './support.ts';

const chat_id = 1;

test('what Telegram refuses is refused in its words', async () => {
  await using stage = await openStage();
  const { message_id } = await stage.user.send('hello');
  const mine = await stage.api.sendMessage(chat_id, 'hi');
  const edit = { chat_id, message_id: mine.message_id };
  const refusals: [string, object, string][] = [
    ['sendMessage', { chat_id, text: '  ' }, 'message text is empty'],
    ['sendMessage', { chat_id, text: 'x'.repeat(4097) }, 'message is too long'],
    ['sendMessage', { chat_id: 4711, text: 'x' }, 'chat not found'],
    [
      'sendMessage',
      { chat_id, text: 'x', reply_parameters: { message_id: 99 } },
      'message to be replied not found',
    ],
    ['sendMessage', { chat_id, text: 'x', parse_mode: 'Wiki' }, 'unsupported parse_mode'],
    ['editMessageText', { ...edit, message_id: 99, text: 'x' }, 'message to edit not found'],
    ['editMessageText', { ...edit, text: 'hi' }, 'message is not modified'],
    ['editMessageText', { chat_id, message_id, text: 'x' }, "message can't be edited"],
    ['deleteMessage', { chat_id, message_id: 99 }, 'message to delete not found'],
    [
      'setMessageReaction',
      { chat_id, message_id, reaction: [{ type: 'emoji', emoji: '✓' }] },
      'REACTION_INVALID',
    ],
    ['sendMessageDraft', { chat_id, draft_id: 0, text: 'x' }, 'draft identifier must be non-zero'],
    [
      'answerCallbackQuery',
      { callback_query_id: '1' },
      'query is too old and response timeout expired or query ID is invalid',
    ],
    ['getFile', { file_id: 'nope' }, 'wrong file_id or the file is temporarily unavailable'],
    ['setWebhook', { url: 'https://example.org' }, 'bad webhook'],
  ];
  for (const [method, params, reason] of refusals) {
    const answer = await stage.call(method, params);
    expect(answer, method).toMatchObject({ ok: false, error_code: 400 });
    expect(answer.description).toContain(`Bad Request: ${reason}`);
  }
  expect(await stage.call('getMoon')).toMatchObject({ error_code: 404, description: 'Not Found' });
});

test('limits count UTF-16 units after the formatting is parsed', async () => {
  await using stage = await openStage();
  await stage.user.send('hello');
  const long = 'x'.repeat(4096);
  expect(
    await stage.call('sendMessage', { chat_id, text: `<b>${long}</b>`, parse_mode: 'HTML' }),
  ).toMatchObject({ ok: true });
  expect(await stage.call('sendMessage', { chat_id, text: '🦊'.repeat(2048) })).toMatchObject({
    ok: true,
  });
  expect(await stage.call('sendMessage', { chat_id, text: '🦊'.repeat(2049) })).toMatchObject({
    ok: false,
  });
});

test('parameters may be JSON, a form, a query or multipart; method names in any case', async () => {
  await using stage = await openStage();
  await stage.user.send('hello');
  const base = `${stage.telegram.url}/bot${stage.telegram.token}`;
  const reply_markup = JSON.stringify({ inline_keyboard: [[{ text: 'ok', callback_data: 'ok' }]] });
  const fields = { chat_id: '1', text: 'hi', reply_markup };
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.set(name, value);
  const requests: [string, RequestInit][] = [
    [`${base}/SENDMESSAGE?${new URLSearchParams(fields)}`, {}],
    [`${base}/sendmessage`, { method: 'POST', body: new URLSearchParams(fields) }],
    [`${base}/sendMessage`, { method: 'POST', body: form }],
  ];
  for (const [url, request] of requests) {
    const answer = (await (await fetch(url, request)).json()) as object;
    expect(answer).toMatchObject({
      ok: true,
      result: { text: 'hi', reply_markup: { inline_keyboard: [[{ text: 'ok' }]] } },
    });
  }
});

test('the bot streams a draft, types, answers, edits, reacts; the user sees each', async () => {
  await using stage = await openStage();
  await stage.user.listen();
  const said = await stage.user.send('tell me');
  await stage.api.sendChatAction(chat_id, 'typing');
  await stage.call('sendMessageDraft', { chat_id, draft_id: 7, text: 'Once' });
  await stage.call('sendMessageDraft', { chat_id, draft_id: 7, text: 'Once upon' });
  const story = await stage.api.sendMessage(chat_id, 'Once upon a time');
  await stage.api.editMessageText(chat_id, story.message_id, 'Twice upon a time');
  await stage.api.setMessageReaction(chat_id, said.message_id, [{ type: 'emoji', emoji: '✍' }]);
  expect(await stage.user.waitForReaction(said.message_id)).toBe('✍');
  expect((await stage.user.waitFor('Twice')).edit_date).toBeDefined();
  await expect
    .poll(() => stage.user.events().map(({ type }) => type))
    .toEqual(['message', 'action', 'draft', 'draft', 'message', 'edited', 'reaction']);
});

test('an inline button is pressed and answered', async () => {
  await using stage = await openStage();
  await stage.user.send('ask me');
  const question = await stage.api.sendMessage(chat_id, 'Sure?', {
    reply_markup: { inline_keyboard: [[{ text: 'Yes', callback_data: 'y' }]] },
  });
  await stage.user.press(question, 'Yes');
  const query = (await stage.api.getUpdates()).at(-1)!.callback_query!;
  expect(query).toMatchObject({
    data: 'y',
    from: { id: 1 },
    message: { message_id: question.message_id },
  });
  expect(await stage.api.answerCallbackQuery(query.id)).toBe(true);
  await expect(stage.user.press(question, 'No')).rejects.toThrow(
    'has no button "No"; it has: "Yes"',
  );
});

test('a photo comes in several sizes, an album as messages that share a group', async () => {
  await using stage = await openStage();
  const photo = await stage.user.sendPhoto(pngOf(1600, 1200), 'the sea');
  expect(photo.photo!.map(({ width, height }) => [width, height])).toEqual([
    [90, 68],
    [320, 240],
    [800, 600],
    [1600, 1200],
  ]);
  const album = await stage.user.sendAlbum([pngOf(10, 10), pngOf(20, 20)], 'two');
  expect(album.map(({ caption }) => caption)).toEqual(['two', undefined]);
  expect(new Set(album.map(({ media_group_id }) => media_group_id)).size).toBe(1);
});

test('the bot uploads files and albums, and sends them again by their id', async () => {
  await using stage = await openStage();
  await stage.user.send('hello');
  const sent = await stage.api.sendDocument(
    chat_id,
    new InputFile(Buffer.from('# day'), 'day.md'),
    {
      caption: '<b>Your</b> day',
      parse_mode: 'HTML',
    },
  );
  expect(sent).toMatchObject({
    document: { file_name: 'day.md', file_size: 5 },
    caption: 'Your day',
    caption_entities: [{ type: 'bold', offset: 0, length: 4 }],
  });
  const again = await stage.api.sendDocument(chat_id, sent.document.file_id);
  expect(again.document).toEqual(sent.document);
  const album = await stage.api.sendMediaGroup(chat_id, [
    { type: 'photo', media: new InputFile(pngOf(5, 5), 'a.png'), caption: 'a' },
    { type: 'photo', media: new InputFile(pngOf(6, 6), 'b.png') },
  ]);
  expect(album).toHaveLength(2);
  const groups = (await stage.user.messages())
    .slice(-2)
    .map(({ media_group_id }) => media_group_id);
  expect(groups).toEqual([expect.any(String), groups[0]]);
});

test('photos over 10 MB cannot be sent and files over 20 MB cannot be fetched', async () => {
  await using stage = await openStage();
  await stage.user.send('hello');
  const photo = new InputFile(new Uint8Array(10 * 1024 * 1024 + 1), 'big.jpg');
  await expect(stage.api.sendPhoto(chat_id, photo)).rejects.toThrow('too big');
  const { document } = await stage.user.sendDocument(
    new Uint8Array(20 * 1024 * 1024 + 1),
    'big.bin',
  );
  await expect(stage.api.getFile(document!.file_id)).rejects.toThrow('file is too big');
});

test('every kind of message that a user can send reaches the bot', async () => {
  await using stage = await openStage();
  const { user } = stage;
  await user.sendVoice(new Uint8Array([1]), 3);
  await user.sendVideo(new Uint8Array([1]), 4);
  await user.sendVideoNote(new Uint8Array([1]), 5);
  await user.sendAudio(new Uint8Array([1]), 'song.mp3', 6);
  await user.sendAnimation(new Uint8Array([1]));
  await user.sendSticker();
  await user.sendLocation();
  await user.sendVenue('Louvre', 'Paris');
  await user.sendContact();
  await user.sendPoll('Tea?', ['yes', 'no']);
  await user.forward('look', 'Mary');
  await user.sendIn(-100, 'in a group');
  const messages = (await stage.api.getUpdates()).map(({ message }) => message!);
  expect(messages).toMatchObject([
    { voice: { duration: 3, mime_type: 'audio/ogg' } },
    { video: { duration: 4 } },
    { video_note: { duration: 5 } },
    { audio: { duration: 6, file_name: 'song.mp3' } },
    { animation: { mime_type: 'image/gif' }, document: {} },
    { sticker: { emoji: '🦊' } },
    { location: { latitude: 48.85 } },
    { venue: { title: 'Louvre' }, location: {} },
    { contact: { first_name: 'Ada' } },
    { poll: { question: 'Tea?', options: [{ text: 'yes' }, { text: 'no' }] } },
    { text: 'look', forward_origin: { type: 'hidden_user', sender_user_name: 'Mary' } },
    { text: 'in a group', chat: { id: -100, type: 'group' } },
  ]);
});

test('a text that is too long for one message arrives as several', async () => {
  await using stage = await openStage();
  await stage.user.send(`${'a'.repeat(4096)}b`);
  const texts = (await stage.api.getUpdates()).map(({ message }) => message!.text!.length);
  expect(texts).toEqual([4096, 1]);
});

test('waiting in vain tells what the chat holds', async () => {
  await using stage = await openStage();
  await stage.user.send('anyone?');
  await expect(stage.user.waitFor('hello', { timeoutMs: 30 })).rejects.toThrow(
    'Waited 30 ms for a message of the bot that matches hello. The chat so far:\n  1 user: anyone?',
  );
});
