import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';

const places = [
  process.env.CHROMIUM ?? '',
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/usr/bin/google-chrome-stable',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];

const executablePath = places.find((path) => path !== '' && existsSync(path));

/** Without a browser its tests are skipped, and say so; but not in CI, where one belongs. */
export const canBrowse = executablePath !== undefined || process.env.CI === 'true';
if (!canBrowse) {
  console.warn(
    'Chromium is not installed: browser tests skipped; apt install chromium (or set CHROMIUM)',
  );
}

/** The Chromium of this machine, without a window and without calls of its own to anywhere. */
export function launchChromium(): Promise<Browser> {
  if (!executablePath) throw new Error('Chromium is not installed: apt install chromium');
  return chromium.launch({
    executablePath,
    args: [
      '--headless',
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}
