import { element } from './dom.js';

const tags = {
  bold: 'b',
  italic: 'i',
  underline: 'u',
  strikethrough: 's',
  code: 'code',
};
const blocks = new Set(['pre', 'blockquote', 'expandable_blockquote']);
const followedProtocols = new Set(['http:', 'https:', 'mailto:', 'tg:']);

/** A text with its entities, as nodes. `onCommand` is called when a command in it is clicked. */
export function richText(text, entities = [], onCommand = undefined) {
  const sorted = [...entities].sort((a, b) => a.offset - b.offset || b.length - a.length);
  return renderRange(text, 0, text.length, sorted, onCommand);
}

function renderRange(text, from, to, entities, onCommand) {
  const nodes = [];
  let at = from;
  for (let index = 0; index < entities.length; ) {
    const entity = entities[index];
    const start = Math.max(entity.offset, at);
    const end = Math.min(entity.offset + entity.length, to);
    let next = index + 1;
    while (next < entities.length && entities[next].offset < end) next += 1;
    if (start < end) {
      // A block breaks the line by itself, so the line breaks around it would be one too many.
      const isBlock = blocks.has(entity.type);
      const before = text.slice(at, start);
      const inner = renderRange(text, start, end, entities.slice(index + 1, next), onCommand);
      nodes.push(isBlock ? before.replace(/\n$/, '') : before);
      nodes.push(wrap(entity, text.slice(start, end), inner, onCommand));
      at = isBlock && text[end] === '\n' ? end + 1 : end;
    }
    index = next;
  }
  if (at < to) nodes.push(text.slice(at, to));
  return nodes;
}

function wrap(entity, text, inner, onCommand) {
  switch (entity.type) {
    case 'url':
      return link(/^[a-z]+:/i.test(text) ? text : `https://${text}`, inner);
    case 'text_link':
      return link(entity.url, inner);
    case 'email':
      return link(`mailto:${text}`, inner);
    case 'mention':
    case 'text_mention':
    case 'hashtag':
    case 'cashtag':
    case 'phone_number':
      return element('span', { className: 'action' }, ...inner);
    case 'bot_command':
      return element(
        'button',
        { type: 'button', className: 'action', onclick: () => onCommand?.(text) },
        ...inner,
      );
    case 'pre':
      return pre(entity.language, inner);
    case 'spoiler':
      return opening('span', 'spoiler', inner);
    case 'blockquote':
      return element('blockquote', {}, ...inner);
    case 'expandable_blockquote':
      return opening('blockquote', 'is-expandable', inner);
    default:
      return element(tags[entity.type] ?? 'span', {}, ...inner);
  }
}

function link(address, inner) {
  const url = URL.parse(address);
  if (!url || !followedProtocols.has(url.protocol)) return element('span', {}, ...inner);
  return element('a', { href: url.href, target: '_blank', rel: 'noopener noreferrer' }, ...inner);
}

function pre(language, inner) {
  const dataset = language ? { language } : {};
  return element('pre', { dataset }, element('code', {}, ...inner));
}

function opening(tag, className, inner) {
  const node = element(tag, { className }, ...inner);
  node.addEventListener('click', () => node.classList.add('is-open'));
  return node;
}
