import { byId, element, icon } from './dom.js';

const quickReactions = ['👍', '❤', '🔥', '😁', '🤔', '😢'];
const longPressMs = 450;

/** What can be done with a message: on right click, long press or Enter; double click replies. */
export function createMessageMenu({ find, onReply, onEdit, onCopy, onReact }) {
  const menu = byId('menu');
  const list = byId('timeline');
  let opener;

  function close() {
    if (menu.hidden) return;
    menu.hidden = true;
    opener?.focus();
  }

  function open(row, x, y) {
    const message = find(row);
    if (!message) return;
    opener = row;
    const isMine = !message.from_bot;
    const said = message.text ?? message.caption;
    menu.replaceChildren(
      reactions(message),
      item('reply', 'Reply', () => onReply(message)),
      ...(said ? [item('copy', 'Copy text', () => onCopy(said))] : []),
      ...(isMine && said ? [item('edit', 'Edit', () => onEdit(message))] : []),
    );
    menu.hidden = false;
    const { width, height } = menu.getBoundingClientRect();
    menu.style.left = `${Math.max(8, Math.min(x, innerWidth - width - 8))}px`;
    menu.style.top = `${Math.max(8, Math.min(y, innerHeight - height - 8))}px`;
    menu.querySelector('.menu-item').focus();
  }

  function item(name, label, act) {
    const run = () => {
      opener = undefined;
      close();
      act();
    };
    const attributes = { role: 'menuitem' };
    return element(
      'button',
      { type: 'button', className: 'menu-item', attributes, onclick: run },
      icon(name),
      label,
    );
  }

  function reactions(message) {
    const buttons = quickReactions.map((emoji) => {
      const isMine = message.my_reaction === emoji;
      const react = () => {
        close();
        onReact(message, isMine ? undefined : emoji);
      };
      const className = isMine ? 'is-mine' : '';
      return element(
        'button',
        { type: 'button', className, ariaLabel: `React ${emoji}`, onclick: react },
        emoji,
      );
    });
    return element('div', { className: 'menu-reactions' }, ...buttons);
  }

  list.addEventListener('contextmenu', (event) => {
    const row = event.target.closest('.row');
    if (!row || event.target.closest('a, img')) return;
    event.preventDefault();
    open(row, event.clientX, event.clientY);
  });
  list.addEventListener('dblclick', (event) => {
    const message = find(event.target.closest('.row'));
    if (!message || event.target.closest('button, a')) return;
    getSelection().removeAllRanges();
    onReply(message);
  });
  list.addEventListener('keydown', (event) => {
    if (event.key !== 'Enter' || !event.target.classList.contains('row')) return;
    event.preventDefault();
    const { left, top } = event.target.querySelector('.bubble').getBoundingClientRect();
    open(event.target, left + 20, top + 20);
  });
  listenForLongPress(list, open);
  menu.addEventListener('keydown', (event) => {
    const step = { ArrowUp: 'previousElementSibling', ArrowDown: 'nextElementSibling' }[event.key];
    if (event.key === 'Escape') close();
    else if (step) document.activeElement[step]?.focus();
  });
  document.addEventListener('pointerdown', (event) => !menu.contains(event.target) && close());
  byId('scroller').addEventListener('scroll', close);
}

function listenForLongPress(list, open) {
  let timer;
  const cancel = () => clearTimeout(timer);
  list.addEventListener('pointerdown', (event) => {
    const row = event.target.closest('.row');
    if (event.pointerType !== 'touch' || !row) return;
    timer = setTimeout(() => open(row, event.clientX, event.clientY), longPressMs);
  });
  for (const end of ['pointerup', 'pointermove', 'pointercancel'])
    list.addEventListener(end, cancel);
}
