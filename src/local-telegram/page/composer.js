import { summaryOf } from './bubble.js';
import { byId, icon } from './dom.js';

/** The line in which one writes: sends, replies, edits. */
export function createComposer({ onSend, onEdit, onEditLast, onType, onKey }) {
  const form = byId('composer');
  const text = byId('text');
  const send = byId('send');
  const context = byId('context');
  let replyTo;
  let editing;

  function refresh() {
    text.style.height = 'auto';
    text.style.height = `${text.scrollHeight}px`;
    text.style.overflowY = text.scrollHeight > text.clientHeight + 2 ? 'auto' : 'hidden';
    send.disabled = text.value.trim() === '';
    onType(text.value);
  }

  function setText(value) {
    text.value = value;
    refresh();
    text.focus();
  }

  function showContext(title, message, name) {
    context.hidden = !message;
    if (!message) return;
    context.querySelector('svg').replaceWith(icon(name));
    context.querySelector('strong').textContent = title;
    context.querySelector('.context-text span').textContent = summaryOf(message);
  }

  function drop() {
    if (editing) setText('');
    replyTo = undefined;
    editing = undefined;
    showContext();
    send.replaceChildren(icon('send'));
  }

  async function submit() {
    const unsent = { text: text.value.trim(), editing, replyTo };
    if (!unsent.text) return;
    const work = editing
      ? onEdit(editing.message_id, unsent.text)
      : onSend(unsent.text, replyTo?.message_id);
    editing = undefined;
    drop();
    setText('');
    if ((await work) !== false) return;
    // What was typed in the meantime stays, below what comes back.
    const value = [unsent.text, text.value].filter((each) => each !== '').join('\n');
    if (unsent.editing) edit(unsent.editing);
    else if (unsent.replyTo) reply(unsent.replyTo);
    setText(value);
  }

  function reply(message) {
    drop();
    replyTo = message;
    showContext(`Reply to ${message.from?.first_name ?? ''}`, message, 'reply');
    text.focus();
  }

  function edit(message) {
    drop();
    editing = message;
    showContext('Edit message', message, 'edit');
    send.replaceChildren(icon('check'));
    setText(message.text ?? message.caption ?? '');
  }

  form.addEventListener('submit', (event) => {
    event.preventDefault();
    void submit();
  });
  text.addEventListener('input', refresh);
  text.addEventListener('keydown', (event) => {
    if (event.isComposing || onKey(event)) return;
    if (event.key === 'Enter' && !event.shiftKey) {
      event.preventDefault();
      void submit();
    } else if (event.key === 'Escape') drop();
    else if (event.key === 'ArrowUp' && text.value === '') onEditLast(event);
  });
  context.querySelector('button').addEventListener('click', drop);

  return {
    setText,
    focus: () => text.focus(),
    reply,
    edit,
    takeReply() {
      const id = replyTo?.message_id;
      drop();
      return id;
    },
    hide: (hidden) => {
      form.hidden = hidden;
    },
  };
}
