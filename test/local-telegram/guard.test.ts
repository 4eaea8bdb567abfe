import { request } from 'node:http';
import { expect, test } from 'vitest';
import { startLocalTelegram } from '../../src/local-telegram/local-telegram.ts';
import { openStage } from './support.ts';

test('it listens on this machine only, unless told otherwise', async () => {
  const anywhere = { file: ':memory:', port: 0, host: '0.0.0.0' };
  await expect(startLocalTelegram(anywhere)).rejects.toThrow('listens on this machine only');
  await using telegram = await startLocalTelegram({ ...anywhere, allowOtherInterfaces: true });
  expect((await fetch(telegram.url)).status).toBe(200);
});

test('pages of other origins and rebound names are refused', async () => {
  await using stage = await openStage();
  const { url, token } = stage.telegram;
  const { host } = new URL(url);
  const bot = `/bot${token}/getMe`;
  const cases: [string, Record<string, string>, number][] = [
    ['/', {}, 200],
    ['/', { host: `localhost:${new URL(url).port}` }, 200],
    ['/', { host: 'evil.example' }, 403],
    ['/client/state', { host: 'evil.example:80' }, 403],
    ['/client/state', { origin: 'https://evil.example' }, 403],
    ['/client/state', { origin: 'null' }, 403],
    ['/client/state', { origin: 'http://127.0.0.1:1' }, 403],
    ['/client/state', { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors' }, 403],
    ['/client/state', { origin: `http://${host}`, 'sec-fetch-site': 'same-origin' }, 200],
    [bot, { origin: 'https://evil.example' }, 403],
    [bot, { origin: 'http://evil.example', host: 'evil.example' }, 403],
    [bot, { host: 'telegram:8081' }, 200],
  ];
  for (const [path, headers, status] of cases)
    expect([path, headers, await statusOf(url + path, headers)]).toEqual([path, headers, status]);
});

test('the page loads nothing from elsewhere and cannot be framed', async () => {
  await using stage = await openStage();
  const page = await fetch(stage.telegram.url);
  const policy = page.headers.get('content-security-policy');
  expect(policy).toContain("default-src 'none'");
  expect(policy).toContain("frame-ancestors 'none'");
  expect(await page.text()).not.toMatch(/(?:src|href)="(?:https?:)?\/\//);
  expect((await fetch(`${stage.telegram.url}/..%2fguard.ts`)).status).toBe(404);
});

test('an uploaded web page does not run on the chat’s address', async () => {
  await using stage = await openStage();
  const html = new TextEncoder().encode('<script>alert(1)</script>');
  const { document } = await stage.user.sendDocument(html, 'x.html', undefined, 'text/html');
  const file = await fetch(`${stage.telegram.url}/client/file/${document!.file_id}`);
  expect(file.headers.get('content-disposition')).toBe('attachment');
  expect(file.headers.get('content-security-policy')).toContain('sandbox');
});

function statusOf(url: string, headers: Record<string, string>): Promise<number> {
  return new Promise((resolve, reject) => {
    request(url, { headers }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    })
      .once('error', reject)
      .end();
  });
}
