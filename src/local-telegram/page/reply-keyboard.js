import { byId, element } from './dom.js';

/** The buttons that the newest message of the bot put in place of a keyboard, if any. */
export function showReplyKeyboard(messages, { onChoose }) {
  const place = byId('keyboard');
  const latest = messages.findLast(({ keyboard }) => keyboard);
  const isUsed =
    latest?.keyboard.one_time_keyboard &&
    messages.some((each) => !each.from_bot && each.message_id > latest.message_id);
  const rows = isUsed ? [] : (latest?.keyboard.keyboard ?? []);
  place.hidden = rows.length === 0;
  place.replaceChildren(
    ...rows.map((row) => element('div', { className: 'keyboard-row' }, ...row.map(button))),
  );

  function button(given) {
    const text = typeof given === 'string' ? given : given.text;
    return element('button', { type: 'button', onclick: () => onChoose(text) }, text);
  }
}
