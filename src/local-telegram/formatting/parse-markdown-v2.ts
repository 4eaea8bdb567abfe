import type { MessageEntity } from 'grammy/types';
import { byteOffset, FormatError, type FormattedText } from './formatting.ts';

type Style =
  | 'Bold'
  | 'Italic'
  | 'Underline'
  | 'Strikethrough'
  | 'Spoiler'
  | 'Code'
  | 'Pre'
  | 'TextUrl'
  | 'BlockQuote'
  | 'CustomEmoji';
interface Open {
  style: Style;
  mark: string;
  at: number;
  offset: number;
  language?: string;
  expandable?: boolean;
}
interface State {
  source: string;
  at: number;
  text: string;
  open: Open[];
  entities: MessageEntity[];
}

const reserved = '_*[]()~`>#+-=|{}.!';
const marks: [string, Style][] = [
  ['```', 'Pre'],
  ['`', 'Code'],
  ['||', 'Spoiler'],
  ['__', 'Underline'],
  ['_', 'Italic'],
  ['*', 'Bold'],
  ['~', 'Strikethrough'],
  ['![', 'CustomEmoji'],
  ['[', 'TextUrl'],
];
const types = {
  Bold: 'bold',
  Italic: 'italic',
  Underline: 'underline',
  Strikethrough: 'strikethrough',
  Spoiler: 'spoiler',
  Code: 'code',
} as const;

/** Telegram's MarkdownV2: marks nest, and every reserved character that marks nothing is refused. */
export function parseMarkdownV2(source: string): FormattedText {
  const state: State = { source, at: 0, text: '', open: [], entities: [] };
  while (state.at < source.length) step(state);
  if (state.open[0]?.style === 'BlockQuote') endBlockQuote(state);
  const unclosed = state.open.at(-1);
  if (unclosed)
    throw new FormatError(
      `can't parse entities: Can't find end of ${unclosed.style} entity at byte offset ${byteOffset(source, unclosed.at)}`,
    );
  return { text: state.text, entities: state.entities };
}

function step(state: State) {
  const { source, at } = state;
  const char = source[at]!;
  const next = source.charCodeAt(at + 1);
  const inside = state.open.at(-1);
  if (char === '\\' && next >= 1 && next <= 126) take(state, source[at + 1]!, 2);
  else if (inside && closes(state, inside)) end(state, inside);
  else if (inside?.style === 'Code' || inside?.style === 'Pre') take(state, char, 1);
  else if (char === '\n') newline(state);
  else if (startsQuote(state)) startQuote(state);
  else if (inside && endsExpandable(state, inside)) makeExpandable(state, inside);
  else if (reserved.includes(char)) begin(state);
  else take(state, char, 1);
}

function take(state: State, char: string, length: number) {
  state.text += char;
  state.at += length;
}

function closes({ source, at }: State, { style, mark }: Open): boolean {
  if (style === 'TextUrl' || style === 'CustomEmoji') return source[at] === ']';
  if (style === 'BlockQuote') return false;
  if (style === 'Italic') return source[at] === '_' && source[at + 1] !== '_';
  return source.startsWith(mark, at);
}

function begin(state: State) {
  const { source, at } = state;
  const found = marks.find(([mark]) => source.startsWith(mark, at));
  if (!found)
    throw new FormatError(
      `can't parse entities: Character '${source[at]}' is reserved and must be escaped with the preceding '\\'`,
    );
  const [mark, style] = found;
  state.at += mark.length;
  const opened: Open = { style, mark, at, offset: state.text.length };
  if (style === 'Pre') {
    const head = /^([^\s`]*)\n/.exec(source.slice(state.at));
    if (head) state.at += head[0].length;
    if (head?.[1]) opened.language = head[1];
  }
  state.open.push(opened);
}

function end(state: State, opened: Open) {
  const { style, mark, offset, language } = opened;
  state.open.pop();
  state.at += style === 'TextUrl' || style === 'CustomEmoji' ? 1 : mark.length;
  const place = { offset, length: state.text.length - offset };
  const url = style === 'TextUrl' || style === 'CustomEmoji' ? readUrl(state) : '';
  if (place.length === 0) return;
  if (style === 'Pre')
    state.entities.push({ type: 'pre', ...(language && { language }), ...place });
  else if (style === 'TextUrl') {
    if (url) state.entities.push({ type: 'text_link', url, ...place });
  } else if (style === 'CustomEmoji') {
    const id = /id=(\d+)/.exec(url)?.[1] ?? '';
    state.entities.push({ type: 'custom_emoji', custom_emoji_id: id, ...place });
  } else if (style !== 'BlockQuote') state.entities.push({ type: types[style], ...place });
}

function readUrl(state: State): string {
  const match = /^\(((?:\\.|[^)\\])*)\)/s.exec(state.source.slice(state.at));
  if (!match) return '';
  state.at += match[0].length;
  return match[1]!.replace(/\\(.)/gs, '$1');
}

function startsQuote({ source, at, open }: State): boolean {
  const lineStart = at === 0 || source[at - 1] === '\n';
  return lineStart && open.length === 0 && /^(?:\*\*)?>/.test(source.slice(at, at + 3));
}

function startQuote(state: State) {
  const mark = state.source[state.at] === '>' ? '>' : '**>';
  state.open.push({ style: 'BlockQuote', mark, at: state.at, offset: state.text.length });
  state.at += mark.length;
}

function endsExpandable({ source, at }: State, { style }: Open): boolean {
  return style === 'BlockQuote' && /^\|\|(?:\n|$)/.test(source.slice(at, at + 3));
}

function makeExpandable(state: State, quote: Open) {
  quote.expandable = true;
  state.at += 2;
}

function newline(state: State) {
  const inQuote = state.open[0]?.style === 'BlockQuote';
  const quoteGoesOn = state.source[state.at + 1] === '>';
  if (inQuote && !quoteGoesOn && state.open.length === 1) endBlockQuote(state);
  take(state, '\n', inQuote && quoteGoesOn ? 2 : 1);
}

function endBlockQuote(state: State) {
  if (state.open.length > 1) return;
  const opened = state.open.pop()!;
  const place = { offset: opened.offset, length: state.text.length - opened.offset };
  const type = opened.expandable ? 'expandable_blockquote' : 'blockquote';
  if (place.length > 0) state.entities.push({ type, ...place });
}
