import { expect, test } from 'vitest';
import { parseStrace } from '../support/strace.ts';
import { notSyncedBefore } from './not-synced-before.ts';

/** The rule on traces made by hand: it must see each way to be wrong. */

const wal = '25</data/journal.db-wal>';
const entry = { updateId: 70, messageId: 5, text: 'rain' };
const inboxRow = String.raw`7 pwrite64(${wal}, "\0\1{\"date\":1,\"text\":\"rain\"}\17", 4096, 56) = 4096`;
const draft = String.raw`7 pwrite64(${wal}, "\0\330textrain\1\376", 4096, 4152) = 4096`;
const sync = `7 fsync(${wal})     = 0`;
const confirmation = request('getUpdates', '{"offset":71}');
const receipt = request('setMessageReaction', '{"message_id":5}');

const good = [inboxRow, sync, confirmation, draft, sync, receipt];

test('written, synced, sent: as it must be', () => {
  expect(broken(good)).toEqual([]);
});

test('a receipt before the fsync', () => {
  expect(broken([inboxRow, sync, confirmation, draft, receipt, sync])).toEqual([
    'the receipt of "rain" left before its row was synced',
  ]);
});

test('a receipt without any fsync of the draft: that of the inbox row is not enough', () => {
  expect(broken([inboxRow, sync, draft, confirmation, receipt])).toEqual([
    'the receipt of "rain" left before its row was synced',
  ]);
});

test('a receipt while the fsync is still under way in another thread', () => {
  const begun = `8 fsync(${wal} <unfinished ...>`;
  const returned = '8 <... fsync resumed>)  = 0';
  const before = [inboxRow, sync, confirmation, draft];
  expect(broken([...before, begun, receipt, returned])).toHaveLength(1);
  expect(broken([...before, begun, returned, receipt])).toEqual([]);
});

test('an fsync that began before the write returned does not count', () => {
  const begun = draft.replace(/\) = 4096$/, ' <unfinished ...>');
  const returned = '7 <... pwrite64 resumed>) = 4096';
  const other = sync.replace(/^7/, '8');
  const before = [inboxRow, sync, confirmation];
  expect(broken([...before, begun, other, returned, receipt])).toHaveLength(1);
});

test('an fsync that failed, or of another file', () => {
  const before = [inboxRow, sync, confirmation, draft];
  const failed = `7 fsync(${wal})     = -1 EIO (Input/output error)`;
  expect(broken([...before, failed, receipt])).toHaveLength(1);
  const other = '7 fsync(27</data/memory.db-wal>) = 0';
  expect(broken([...before, other, receipt])).toHaveLength(1);
});

test('an update that is confirmed before its row is synced', () => {
  expect(broken([inboxRow, confirmation, sync, draft, sync, receipt])).toEqual([
    'the confirmation of "rain" left before its row was synced',
  ]);
});

test('a poll that confirms nothing of it may leave at any time', () => {
  expect(broken([request('getUpdates', '{"offset":70}'), ...good])).toEqual([]);
});

test('a request in two writes left with its first', () => {
  const [head, body] = receipt.split(' {iov_base="{');
  const first = `${head?.replace(/,$/, '')}], 1) = 90`;
  const second = `7 writev(30<socket:[9]>, [{iov_base="{${body}`;
  const before = [inboxRow, sync, confirmation, draft];
  expect(broken([...before, sync, first, second])).toEqual([]);
  expect(broken([...before, first, sync, second])).toHaveLength(1);
});

test('a trace without the receipt or the confirmation proves nothing', () => {
  expect(broken([inboxRow, sync, draft, sync])).toEqual([
    'no receipt of "rain" left at all',
    'no confirmation of "rain" left at all',
  ]);
});

function broken(lines: string[]): string[] {
  return notSyncedBefore(parseStrace(lines.join('\n')), [entry]);
}

/** A Bot API call as strace shows it: headers and body are one writev. */
function request(method: string, body: string): string {
  const head = String.raw`POST /bot1:AA/${method} HTTP/1.1\r\nContent-Length: ${body.length}\r\n\r\n`;
  const iov = [head, body.replaceAll('"', '\\"')].map(
    (text) => `{iov_base="${text}", iov_len=${text.length}}`,
  );
  return `7 writev(30<socket:[9]>, [${iov.join(', ')}], 2) = 100`;
}
