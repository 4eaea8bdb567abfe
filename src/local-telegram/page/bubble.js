import { element, icon } from './dom.js';
import { cardsOf, isVisual, photoGrid, stickerOf } from './media.js';
import { richText } from './rich-text.js';

const jumbo = /^\p{RGI_Emoji}{1,3}$/v;
const time = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit' });

/**
 * One row of the chat: a message, or the messages of an album in one bubble.
 * `place` says how it stands among its neighbours; `actions` what can be done with it.
 */
export function renderRow({ key, messages, isFirst, isLast }, actions) {
  const [message] = messages;
  const mine = message.from_bot ? '' : 'is-mine';
  const classes = ['row', mine, isFirst && 'is-first', isLast && 'is-last'].filter(Boolean);
  return element(
    'article',
    { className: classes.join(' '), tabIndex: -1, dataset: { key, id: message.message_id } },
    renderBubble(messages, actions),
    renderButtons(message, actions),
  );
}

export function renderBubble(messages, actions) {
  const [message] = messages;
  const captioned = messages.find(({ caption }) => caption) ?? message;
  const text = message.text ?? captioned.caption;
  const meta = renderMeta(messages);
  const reactions = renderReactions(messages, actions, meta);
  const textBlock = text && renderText(text, captioned, actions, reactions ? undefined : meta);
  const classes = ['bubble'];
  if (isVisual(message)) classes.push('has-media');
  if (message.sticker) classes.push('is-sticker');
  if (text && !isVisual(message) && jumbo.test(text)) classes.push('is-jumbo');
  return element(
    'div',
    { className: classes.join(' ') },
    renderForward(message),
    renderQuote(message, actions),
    ...renderContent(messages),
    textBlock || undefined,
    reactions,
    reactions || textBlock ? undefined : meta,
  );
}

function renderContent(messages) {
  const [message] = messages;
  if (message.sticker) return [stickerOf(message.sticker)];
  if (messages.every(isVisual)) return [photoGrid(messages)];
  return messages.flatMap(cardsOf);
}

function renderText(text, message, actions, meta) {
  const entities = message.entities ?? message.caption_entities;
  return element(
    'div',
    { className: 'text' },
    ...richText(text, entities, actions.onCommand),
    meta,
  );
}

function renderMeta(messages) {
  const message = messages.at(-1);
  const parts = [
    messages.some(({ edit_date }) => edit_date) ? 'edited' : undefined,
    time.format(message.date * 1000),
    message.from_bot ? undefined : ticks(messages),
  ];
  const spans = parts.map((part) => (typeof part === 'string' ? element('span', {}, part) : part));
  return element('span', { className: 'meta' }, ...spans);
}

function ticks(messages) {
  const confirmed = messages.every((message) => message.confirmed);
  const svg = icon('ticks', confirmed ? 'ticks is-confirmed' : 'ticks');
  const label = confirmed ? 'Received by the bot' : 'Sent';
  const title = element('span', { className: 'tick-box', title: label }, svg);
  return title;
}

function renderReactions(messages, actions, meta) {
  const reacted = messages.find(({ reactions }) => reactions.length > 0);
  if (!reacted) return undefined;
  const chips = [...new Set(reacted.reactions)].map((emoji) => {
    const isMine = reacted.my_reaction === emoji;
    return element(
      'button',
      {
        type: 'button',
        className: isMine ? 'reaction is-mine' : 'reaction',
        ariaLabel: `Reaction ${emoji}`,
        onclick: () => actions.onReact(reacted, isMine ? undefined : emoji),
      },
      emoji,
    );
  });
  return element('div', { className: 'reactions' }, ...chips, meta);
}

function renderForward({ forward_origin: origin }) {
  if (!origin) return undefined;
  const name =
    origin.sender_user_name ?? origin.sender_user?.first_name ?? origin.chat?.title ?? '';
  return element('span', { className: 'forwarded' }, `Forwarded from ${name}`);
}

function renderQuote({ reply_to_message: quoted }, actions) {
  if (!quoted) return undefined;
  const open = () => actions.onShow(quoted.message_id);
  return element(
    'button',
    { type: 'button', className: 'quote', onclick: open },
    element('strong', {}, quoted.from?.first_name ?? ''),
    element('span', {}, summaryOf(quoted)),
  );
}

function renderButtons(message, actions) {
  const rows = message.reply_markup?.inline_keyboard ?? [];
  if (rows.length === 0) return undefined;
  const lines = rows.map((row) =>
    element(
      'div',
      { className: 'button-row' },
      ...row.map((button) => renderButton(message, button, actions)),
    ),
  );
  return element('div', { className: 'buttons' }, ...lines);
}

function renderButton(message, button, actions) {
  const url = URL.parse(button.url ?? '');
  if (url && ['http:', 'https:', 'tg:'].includes(url.protocol))
    return element(
      'a',
      { className: 'inline-button', href: url.href, target: '_blank', rel: 'noopener noreferrer' },
      `${button.text} ↗`,
    );
  const node = element('button', { type: 'button', className: 'inline-button' }, button.text);
  node.onclick = () => actions.onPress(message, button, node);
  return node;
}

/** A message in one line: for quotes, the reply bar and the page's title. */
export function summaryOf(message) {
  const said = message.text ?? message.caption;
  if (said) return said.replaceAll('\n', ' ');
  const kinds = {
    photo: 'Photo',
    video: 'Video',
    voice: 'Voice message',
    video_note: 'Video message',
    audio: message.audio?.title ?? 'Audio',
    animation: 'GIF',
    sticker: `${message.sticker?.emoji ?? ''} Sticker`,
    document: message.document?.file_name ?? 'File',
    venue: 'Place',
    location: 'Location',
    contact: 'Contact',
    poll: message.poll?.question,
  };
  return Object.entries(kinds).find(([kind]) => message[kind])?.[1] ?? 'Message';
}
