import { fileURLToPath } from 'node:url';
import type { Locator, Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { canBrowse, launchChromium } from '../support/chromium.ts';
import { openPairedChat } from './open-chat.ts';
import { startProgram } from './start-program.ts';

const picture = fileURLToPath(new URL('../../docs/chat.png', import.meta.url));
/** Entrances and scrolling are over. */
const stillAfterMs = 1_000;
const isWanted = canBrowse && process.env.UPDATE_SCREENSHOT === 'yes';

/** The README's picture: the running program, without a model, so that every word of it is known. */
test.runIf(isWanted)('a day in the chat, photographed for the README', async () => {
  await using senko = await startProgram({ model: 'none' });
  await using browser = await launchChromium();
  const complaints: string[] = [];
  // Twice as fine, the wallpaper alone would make the file too large for a README.
  const phone = { viewport: { width: 440, height: 900 }, deviceScaleFactor: 1.65 };
  await using chat = await openPairedChat(browser, senko.address, complaints, phone);
  const { page } = chat;

  await chat.say('/journal start');
  const opening = await chat.row('Your journal is open');
  for (const text of [
    'Woke before the alarm. Fog over the river, nobody about but two herons.',
    'Ruth brought plum cake 🥧 Three of us asked for the recipe.',
    'Cycled home in the rain and did not mind at all.',
  ]) {
    await chat.say(text);
    await (await chat.row(text)).locator('.reaction').waitFor();
  }
  await chat.say('/journal done');
  await chat.row('📔');

  await showFrom(page, opening);
  await page.waitForTimeout(stillAfterMs);
  await page.screenshot({ path: picture });
  expect(complaints).toEqual([]);
});

/** As high a window as it takes to see everything from this row on. */
async function showFrom(page: Page, row: Locator): Promise<void> {
  const top = (await row.boundingBox())?.y ?? 0;
  const header = (await page.locator('.header').boundingBox())?.height ?? 0;
  const { width, height } = page.viewportSize() ?? { width: 0, height: 0 };
  const margin = 8;
  await page.setViewportSize({ width, height: Math.round(height - top + header + margin) });
}
