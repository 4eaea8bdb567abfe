import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { articleMessage } from '../../src/journal/article-message.ts';
import type { Outgoing } from '../../src/ports/outgoing.ts';
import { fromMarkdown } from '../../src/telegram/markdown.ts';
import { splitText } from '../../src/telegram/split-text.ts';
import { ownerId } from './child-senko.ts';
import type { Written } from './kill-writer.ts';
import { column, rows } from './read-db.ts';

/** A text that Telegram took from Senko, and in which of her lives. */
export interface Accepted {
  round: number;
  text: string;
}

export interface Aftermath {
  dataDir: string;
  written: Written;
  accepted: Accepted[];
}

/** Nothing waits any more: every update is done, every job too. */
export function unsettled(dataDir: string): unknown[] {
  return [
    ...rows(dataDir, 'journal', "SELECT * FROM inbox WHERE state <> 'done' OR payload <> ''"),
    ...rows(dataDir, 'journal', 'SELECT * FROM jobs'),
    ...rows(dataDir, 'memory', 'SELECT * FROM jobs'),
  ];
}

/** Each thing that was lost, doubled or damaged, in words. */
export function whatIsWrong({ dataDir, written, accepted }: Aftermath): string[] {
  return [
    ...damage(dataDir),
    ...misplacedTexts(dataDir, written),
    ...wrongJournals(dataDir, written),
    ...wrongFiles(dataDir),
    ...wrongAnswers(dataDir),
    ...wrongSends(dataDir, accepted),
  ];
}

function damage(dataDir: string): string[] {
  const found = (['journal', 'memory'] as const).flatMap((name) =>
    column(dataDir, name, 'PRAGMA integrity_check').map((line) => `${name}.db: ${line}`),
  );
  const indexed = column(dataDir, 'memory', `SELECT rowid FROM keywords_${ownerId} ORDER BY rowid`);
  const remembered = column(dataDir, 'memory', 'SELECT row FROM memories ORDER BY row');
  if (indexed.join() !== remembered.join()) found.push('the keyword index misses rows or has more');
  return found.filter((line) => !line.endsWith(': ok'));
}

/** Each text of the user in the one place where it belongs; commands and anything else nowhere. */
function misplacedTexts(dataDir: string, written: Written): string[] {
  const expected = [
    ...written.drafts.map((text) => `draft: ${text}`),
    ...written.journals.flat().map((text) => `entry: ${text}`),
    ...written.questions.map((text) => `chat: ${text}`),
  ];
  const found = [
    ...column(dataDir, 'journal', "SELECT 'draft: ' || content FROM journal_entries"),
    ...column(dataDir, 'memory', "SELECT 'entry: ' || content FROM journal_entries"),
    ...column(
      dataDir,
      'memory',
      `SELECT type || ': ' || raw_content FROM memories
       WHERE type <> 'journal' AND metadata ->> 'role' <> 'assistant'`,
    ),
  ];
  return differences(expected, found as string[]);
}

/** The journals that the user closed, each once, with its own entries in their order. */
function wrongJournals(dataDir: string, { journals }: Written): string[] {
  const found = rows<{ id: string; source_entry_ids: string }>(
    dataDir,
    'memory',
    'SELECT id, source_entry_ids FROM journals',
  ).map(({ id, source_entry_ids }) => {
    const entries = rows<{ id: string; content: string }>(
      dataDir,
      'memory',
      `SELECT id, content FROM journal_entries WHERE journal_id = '${id}'
       ORDER BY timestamp, message_id`,
    );
    const sources = JSON.stringify(entries.map((entry) => entry.id));
    const known = sources === source_entry_ids ? '' : ` (but it names ${source_entry_ids})`;
    return `journal of: ${entries.map(({ content }) => content).join(' | ')}${known}`;
  });
  const memories = column(
    dataDir,
    'memory',
    "SELECT 'memory of ' || source_key FROM memories WHERE type = 'journal'",
  );
  const ids = column(dataDir, 'memory', "SELECT 'memory of journal:' || id FROM journals");
  return [
    ...differences(
      journals.map((texts) => `journal of: ${texts.join(' | ')}`),
      found,
    ),
    ...differences(ids as string[], memories as string[]),
  ];
}

/** One Markdown file for each journal, where its row says, about that journal. */
function wrongFiles(dataDir: string): string[] {
  const folder = join(dataDir, 'journals', String(ownerId));
  const files = readdirSync(folder);
  const recorded = column(
    dataDir,
    'memory',
    "SELECT markdown_path || ' of ' || id FROM journals",
  ) as string[];
  const found = files.map((name) => {
    const path = join(folder, name);
    return `${path} of ${/^id: (.+)$/m.exec(readFileSync(path, 'utf8'))?.[1]}`;
  });
  return differences(recorded, found);
}

function wrongAnswers(dataDir: string): string[] {
  const chat = `FROM memories WHERE type = 'chat' AND metadata ->> 'role'`;
  const wanted = `SELECT 'answer:reply:' || source_key ${chat} = 'user'`;
  const stored = `SELECT source_key ${chat} = 'assistant'`;
  return differences(
    column(dataDir, 'memory', wanted) as string[],
    column(dataDir, 'memory', stored) as string[],
  );
}

/**
 * What was stored to be sent has arrived: once; or again in a later life, if it was the last that
 * Telegram took before a kill, for then nobody may have seen that it took it.
 */
function wrongSends(dataDir: string, accepted: Accepted[]): string[] {
  const stored = Map.groupBy(storedParts(dataDir), (text) => text);
  const arrived = Map.groupBy(
    accepted.filter(({ text }) => stored.has(text)),
    ({ text }) => text,
  );
  const repeatable = lastOfEachRound(accepted.filter(({ text }) => stored.has(text)));
  return [...stored].flatMap(([text, copies]) => {
    const times = arrived.get(text)?.length ?? 0;
    const allowed = repeatable.filter((last) => last === text).length;
    if (times < copies.length) return [`stored and never sent: ${text}`];
    if (times > copies.length + allowed) return [`sent ${times} times: ${text}`];
    return [];
  });
}

/** How often something was sent that Telegram had taken already. */
export function repeatedSends({ dataDir, accepted }: Aftermath): number {
  const stored = new Set(storedParts(dataDir));
  const sent = accepted.filter(({ text }) => stored.has(text)).length;
  return sent - storedParts(dataDir).length;
}

function lastOfEachRound(accepted: Accepted[]): string[] {
  const rounds = Map.groupBy(accepted, ({ round }) => round);
  return [...rounds.values()].map((sent) => sent.at(-1)!.text);
}

function storedParts(dataDir: string): string[] {
  const answers = column(
    dataDir,
    'memory',
    "SELECT content FROM memories WHERE metadata ->> 'role' = 'assistant'",
  ) as string[];
  const articles = rows<{ id: string; title: string; body: string; tags: string }>(
    dataDir,
    'memory',
    'SELECT id, title, body, tags FROM journals WHERE plain = 0',
  ).map((row) => {
    const journal = { ...row, tags: JSON.parse(row.tags), userId: ownerId, chatId: ownerId };
    return (articleMessage(journal, 'article').payload as Outgoing).text;
  });
  return [...answers, ...articles].flatMap((text) =>
    splitText(fromMarkdown(text)).map((part) => part.text),
  );
}

function differences(expected: string[], found: string[]): string[] {
  const missing = [...found];
  const lost = expected.filter((each) => {
    const at = missing.indexOf(each);
    if (at >= 0) missing.splice(at, 1);
    return at < 0;
  });
  return [...lost.map((each) => `missing: ${each}`), ...missing.map((each) => `too much: ${each}`)];
}
