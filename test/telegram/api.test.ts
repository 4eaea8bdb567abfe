import { createServer } from 'node:http';
import { type AddressInfo, connect, createServer as createTcpServer, type Server } from 'node:net';
import { expect, test } from 'vitest';
import { createApi } from '../../src/telegram/api.ts';
import { openTelegram } from '../support/fast-telegram.ts';

interface Proxy extends AsyncDisposable {
  address: string;
  /** Where each connection wanted to go. */
  asked: string[];
}

async function listening(server: Server, scheme: string, asked: string[]): Promise<Proxy> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    address: `${scheme}://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    [Symbol.asyncDispose]: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        if ('closeAllConnections' in server) (server.closeAllConnections as () => void)();
      }),
  };
}

/** A proxy as most companies have one: CONNECT host:port, then bytes both ways. */
function httpProxy(): Promise<Proxy> {
  const asked: string[] = [];
  const server = createServer((_, response) => response.writeHead(405).end());
  server.on('connect', (head, client) => {
    asked.push(head.url ?? '');
    const { hostname, port } = new URL(`http://${head.url}`);
    const there = connect(Number(port), hostname, () => {
      client.write('HTTP/1.1 200 Connection established\r\n\r\n');
      there.pipe(client).pipe(there);
    });
    there.on('error', () => client.destroy());
    client.on('error', () => there.destroy());
  });
  return listening(server, 'http', asked);
}

/** SOCKS5 without a password: greeting, then a name or an address to connect to. */
function socksProxy(scheme: string): Promise<Proxy> {
  const asked: string[] = [];
  const server = createTcpServer((client) => {
    client.once('data', () => {
      client.write(Buffer.from([5, 0]));
      client.once('data', (wanted) => {
        const isName = wanted[3] === 3;
        const end = isName ? 5 + wanted[4]! : 8;
        const host = isName
          ? wanted.subarray(5, end).toString()
          : [...wanted.subarray(4, 8)].join('.');
        const port = wanted.readUInt16BE(end);
        asked.push(`${isName ? 'name' : 'address'} ${host}:${port}`);
        const there = connect(port, host, () => {
          client.write(Buffer.from([5, 0, 0, 1, 127, 0, 0, 1, 0, 0]));
          there.pipe(client).pipe(there);
        });
        there.on('error', () => client.destroy());
        client.on('error', () => there.destroy());
      });
    });
  });
  return listening(server, scheme, asked);
}

test('with a proxy every call goes through it: HTTP CONNECT', async () => {
  await using telegram = await openTelegram();
  await using proxy = await httpProxy();
  const { token, url } = telegram.telegram;
  const api = createApi({ token, apiRoot: url, proxy: proxy.address });
  expect((await api.getMe()).is_bot).toBe(true);
  await api.sendMessage(1, 'through the wall');
  expect(await telegram.said()).toEqual(['through the wall']);
  expect(proxy.asked.length).toBeGreaterThan(0);
  expect(new Set(proxy.asked)).toEqual(new Set([new URL(url).host]));
});

test.each([
  ['socks5', 'address'],
  ['socks5h', 'name'],
])('with a proxy every call goes through it: %s, which is given an %s', async (scheme, kind) => {
  await using telegram = await openTelegram();
  await using proxy = await socksProxy(scheme);
  const { token, url } = telegram.telegram;
  const { port } = new URL(url);
  const api = createApi({ token, apiRoot: `http://localhost:${port}`, proxy: proxy.address });
  await api.sendMessage(1, 'through the wall');
  expect(await telegram.said()).toEqual(['through the wall']);
  const host = kind === 'name' ? 'localhost' : '127.0.0.1';
  expect(new Set(proxy.asked)).toEqual(new Set([`${kind} ${host}:${port}`]));
});

test('a proxy that is gone is a network error that comes again, never a call past it', async () => {
  await using telegram = await openTelegram();
  const proxy = await httpProxy();
  await proxy[Symbol.asyncDispose]();
  const { token, url } = telegram.telegram;
  const api = createApi({ token, apiRoot: url, proxy: proxy.address });
  await expect(api.sendMessage(1, 'lost')).rejects.toThrow(/Network request/);
  expect(telegram.calls('sendMessage')).toEqual([]);
});

test('a lost answer is not sent again by itself: whoever called decides', async () => {
  await using telegram = await openTelegram();
  telegram.telegram.faults.inject({ method: 'sendMessage', kind: 'drop-after' });
  await expect(telegram.api.sendMessage(1, 'once')).rejects.toThrow(/Network request/);
  expect(await telegram.said()).toEqual(['once']);
});
