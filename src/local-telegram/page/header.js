import { byId } from './dom.js';

const actionLifeMs = 5500;
const actions = {
  typing: 'typing',
  upload_photo: 'sending a photo',
  upload_document: 'sending a file',
  upload_voice: 'sending a voice message',
  record_voice: 'recording a voice message',
  upload_video: 'sending a video',
};

/** The line under the bot's name: connecting, typing, or what it is. */
export function createHeader() {
  const status = byId('status');
  let isConnected = false;
  let action;
  let expiry;

  function draw() {
    status.textContent = isConnected ? (action ?? 'bot') : 'connecting';
    status.classList.toggle('is-busy', !isConnected || action !== undefined);
  }

  function setAction(name) {
    clearTimeout(expiry);
    action = name && (actions[name] ?? 'busy');
    if (name) expiry = setTimeout(setAction, actionLifeMs);
    draw();
  }

  return {
    setAction,
    name(bot) {
      byId('bot-name').textContent = bot.first_name;
      document.title = bot.first_name;
    },
    connected(value) {
      isConnected = value;
      draw();
    },
  };
}
