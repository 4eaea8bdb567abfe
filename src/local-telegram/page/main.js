import { createAttach } from './attach.js';
import { summaryOf } from './bubble.js';
import { createCommands } from './commands.js';
import { createComposer } from './composer.js';
import { byId, toast } from './dom.js';
import { createDraft } from './draft.js';
import { createHeader } from './header.js';
import { createMessageMenu } from './message-menu.js';
import { showReplyKeyboard } from './reply-keyboard.js';
import { follow, read, write } from './server.js';
import { createStart } from './start.js';
import { createTimeline } from './timeline.js';

const pageLength = 100;

const header = createHeader();
const draft = createDraft();
const start = createStart({
  onStart: async (text) => (await sendText(text)) !== false,
  onStarted() {
    refresh();
    composer.focus();
  },
});
const timeline = createTimeline({
  onCommand: sendText,
  onReact: react,
  onShow: (id) => timeline.show(id),
  onPress: press,
  onOlder: readOlder,
});
const composer = createComposer({
  onSend: sendText,
  onEdit: (message_id, text) => write('edit', { message_id, text }),
  onEditLast: editLast,
  onType: (text) => commands.typed(text),
  onKey: (event) => commands.key(event),
});
const commands = createCommands({
  onChoose: (command) => {
    composer.setText('');
    void sendText(command);
  },
  onComplete: (text) => composer.setText(text),
});
createAttach({ onSend: sendFiles });
createMessageMenu({
  find: (row) => row && timeline.get(Number(row.dataset.id)),
  onReply: (message) => composer.reply(message),
  onEdit: (message) => composer.edit(message),
  onCopy: (text) => navigator.clipboard.writeText(text).then(() => toast('Copied')),
  onReact: react,
});
byId('viewer').addEventListener('click', () => byId('viewer').close());

let pressedButton;
let isComplete = false;
let isReading = false;
/** What happens while the state is being read may be newer than it, and is applied after it. */
let held;

follow({
  onEvent: (event) => (held ? held.push(event) : onEvent(event)),
  onConnected: readAll,
  onLost: () => header.connected(false),
});

async function readAll() {
  const missed = [];
  held = missed;
  const state = await read('state', { limit: pageLength }).catch(() => undefined);
  if (held !== missed) return;
  held = undefined;
  if (state) showAll(state);
  for (const event of missed) onEvent(event);
}

function showAll(state) {
  isComplete = state.messages.length < pageLength;
  header.name(state.bot);
  header.connected(true);
  commands.set(state.commands);
  timeline.replaceAll(state.messages);
  if (state.messages.length === 0)
    byId('timeline').replaceChildren(start.intro(state.bot, state.description));
  if (state.draft) draft.show(state.draft);
  else draft.clear();
  refresh();
}

async function readOlder() {
  const [oldest] = timeline.all();
  if (isComplete || isReading || !oldest) return;
  isReading = true;
  const before = { before: oldest.message_id, limit: pageLength };
  const older = await read('history', before).catch(() => undefined);
  isReading = false;
  if (!older) return;
  isComplete = older.messages.length < pageLength;
  timeline.addOlder(older.messages);
}

function onEvent(event) {
  switch (event.type) {
    case 'message':
      return arrived(event.message);
    case 'edited':
      return timeline.put(event.message);
    case 'deleted':
      timeline.remove(event.message_ids);
      return refresh();
    case 'confirmed':
      return timeline.change(event.message_ids, { confirmed: true });
    case 'reaction': {
      const { type: _, message_id, ...change } = event;
      return timeline.change([message_id], {
        bot_reaction: undefined,
        my_reaction: undefined,
        ...change,
      });
    }
    case 'draft':
      return draft.show(event.draft);
    case 'action':
      return header.setAction(event.action);
    case 'commands':
      return commands.set(event.commands);
    case 'callback_answer':
      return answered(event);
  }
}

function arrived(message) {
  const replacesDraft = message.from_bot && draft.isShown();
  if (message.from_bot) {
    header.setAction(undefined);
    draft.clear();
    if (document.hidden) document.title = `• ${message.from.first_name}`;
  }
  // What was read as a draft becomes the message where it stands, without a second entrance.
  timeline.put(message, replacesDraft ? { animate: false } : {});
  if (message.from_bot)
    byId('announcer').textContent = `${message.from.first_name}: ${summaryOf(message)}`;
  refresh();
}

function refresh() {
  const messages = timeline.all();
  composer.hide(start.update(messages.length === 0));
  showReplyKeyboard(messages, { onChoose: sendText });
}

function sendText(text, reply_to) {
  timeline.toEnd();
  return write('send', { kind: 'text', text, ...(reply_to && { reply_to }) });
}

async function sendFiles(form) {
  const replyTo = composer.takeReply();
  if (replyTo) form.set('reply_to', String(replyTo));
  timeline.toEnd();
  await write('send', form);
}

function react({ message_id }, emoji) {
  return write('react', { message_id, ...(emoji && { emoji }) });
}

async function press(message, button, node) {
  if (button.copy_text) {
    await navigator.clipboard.writeText(button.copy_text.text);
    return toast('Copied');
  }
  if (!button.callback_data) return toast('The local Telegram has no such button.');
  node.classList.add('is-waiting');
  pressedButton = node;
  setTimeout(() => node.classList.remove('is-waiting'), 15_000);
  const { message_id } = message;
  if (!(await write('press', { message_id, data: button.callback_data })))
    node.classList.remove('is-waiting');
}

function answered({ text, show_alert, url }) {
  pressedButton?.classList.remove('is-waiting');
  if (url) window.open(url, '_blank', 'noopener');
  if (!text) return;
  if (!show_alert) return toast(text);
  byId('alert').querySelector('p').textContent = text;
  byId('alert').showModal();
}

function editLast(event) {
  const last = timeline.all().findLast((message) => !message.from_bot && message.text);
  if (!last) return;
  event.preventDefault();
  composer.edit(last);
}

document.addEventListener('visibilitychange', () => {
  if (!document.hidden) document.title = byId('bot-name').textContent;
});
