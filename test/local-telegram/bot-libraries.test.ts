import { Bot as GrammyBot } from 'grammy';
import { InputFile, Bot as NodeTelegramBot } from 'node-telegram-bot-api';
import { expect, test } from 'vitest';
import { openStage, pngOf } from './support.ts';

test('a grammY bot holds a conversation', async () => {
  await using stage = await openStage();
  const bot = new GrammyBot(stage.telegram.token, { client: { apiRoot: stage.telegram.url } });
  bot.command('start', (ctx) => ctx.reply(`Welcome, ${ctx.from?.first_name}: ${ctx.match}`));
  bot.on('message:photo', async (ctx) => {
    const file = await ctx.getFile();
    await ctx.reply(`${ctx.msg.caption} in ${file.file_path?.split('/')[0]}`);
  });
  const running = bot.start();
  await stage.user.send('/start code');
  await stage.user.waitFor('Welcome, Ada: code');
  await stage.user.sendPhoto(pngOf(4, 3), 'a fox');
  await stage.user.waitFor('a fox in photos');
  await bot.stop();
  await running;
  expect(
    (await stage.user.messages()).every((message) => message.from_bot || message.confirmed),
  ).toBe(true);
});

test('a node-telegram-bot-api bot holds the same one', async () => {
  await using stage = await openStage();
  const bot = new NodeTelegramBot(stage.telegram.token, { apiRoot: stage.telegram.url });
  bot.command('start', (ctx) =>
    ctx.reply(`Welcome: ${String(ctx.match)}`, {
      reply_markup: { inline_keyboard: [[{ text: 'More', callback_data: 'more' }]] },
    }),
  );
  bot.on('callback_query', async (ctx) => {
    await ctx.answerCallbackQuery({ text: 'coming' });
    const photo = new InputFile(pngOf(4, 3), { filename: 'fox.png' });
    await bot.api.sendPhoto({ chat_id: 1, photo, caption: '<b>a fox</b>', parse_mode: 'HTML' });
  });
  const running = bot.startPolling();
  await stage.user.send('/start code');
  await stage.user.press(await stage.user.waitFor('Welcome: code'), 'More');
  const answer = await stage.user.waitFor('a fox');
  expect(answer.caption_entities).toEqual([{ type: 'bold', offset: 0, length: 5 }]);
  bot.stop();
  await running;
});
