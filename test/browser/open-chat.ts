import type { Browser, BrowserContextOptions, Locator, Page } from 'playwright-core';

export interface Chat extends AsyncDisposable {
  page: Page;
  /** The rows of the chat, in order. */
  rows: Locator;
  /** What was said, from the oldest shown to the newest. */
  texts(): Promise<string[]>;
  /** Types a message and presses Enter. */
  say(text: string): Promise<void>;
  /** The row that says this, once it is there. */
  row(text: string | RegExp): Promise<Locator>;
}

/** How a browser speaks of a server that is away, which is no fault of the page. */
const outage = /^Failed to load resource: net::ERR_/;

/** The chat page in a browser profile of its own. What must not happen is added to `complaints`. */
export async function openChat(
  browser: Browser,
  address: string,
  complaints: string[],
  options: BrowserContextOptions = {},
): Promise<Chat> {
  const context = await browser.newContext({
    viewport: { width: 480, height: 800 },
    locale: 'en-GB',
    timezoneId: 'Europe/Berlin',
    ...options,
  });
  const page = await context.newPage();
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('dialog', (dialog) => {
    complaints.push(`a dialog: ${dialog.message()}`);
    return dialog.dismiss();
  });
  page.on('console', (message) => {
    const isBad = message.type() === 'error' || message.type() === 'warning';
    if (isBad && !outage.test(message.text())) complaints.push(message.text());
  });
  context.on('request', (request) => {
    const { origin } = new URL(request.url());
    if (origin !== new URL(address).origin) complaints.push(`a request to ${request.url()}`);
  });
  await page.goto(address);
  const rows = page.locator('#timeline .row');
  return {
    page,
    rows,
    // A row's time stands in its text, but is not of it.
    texts: () =>
      page.evaluate(
        `[...document.querySelectorAll('#timeline .text')].map((text) =>
          [...text.childNodes].filter(({ className }) => className !== 'meta')
            .map(({ textContent }) => textContent).join(''))`,
      ),
    async say(text) {
      await page.fill('#text', text);
      await page.press('#text', 'Enter');
    },
    async row(text) {
      const row = rows.filter({ hasText: text }).last();
      await row.waitFor();
      return row;
    },
    [Symbol.asyncDispose]: () => context.close(),
  };
}

/** The chat of a new user who has pressed START. */
export async function openPairedChat(
  ...args: Parameters<typeof openChat>
): ReturnType<typeof openChat> {
  const chat = await openChat(...args);
  await chat.page.click('#start');
  await chat.row(/^Paired/);
  return chat;
}
