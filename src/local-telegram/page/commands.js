import { byId, element } from './dom.js';

/** The bot's commands: all of them from the button, those that match while one types "/…". */
export function createCommands({ onChoose, onComplete }) {
  const box = byId('commands');
  const button = byId('open-commands');
  let commands = [];
  let shown = [];
  let selected = -1;

  function open(those, select) {
    shown = those;
    selected = select;
    box.hidden = shown.length === 0;
    button.setAttribute('aria-expanded', String(!box.hidden));
    box.replaceChildren(...shown.map(option));
    box.children[selected]?.scrollIntoView({ block: 'nearest' });
  }

  function option({ command, description }, index) {
    const attributes = { role: 'option', 'aria-selected': String(index === selected) };
    const choose = () => {
      open([], -1);
      onChoose(`/${command}`);
    };
    const node = element(
      'button',
      { type: 'button', className: 'command', attributes, onclick: choose },
      element('strong', {}, `/${command}`),
      element('span', {}, description),
    );
    return node;
  }

  button.addEventListener('click', () => {
    open(box.hidden ? commands : [], -1);
    if (!box.hidden) box.firstElementChild.focus();
  });
  box.addEventListener('keydown', (event) => {
    const step = { ArrowUp: 'previousElementSibling', ArrowDown: 'nextElementSibling' }[event.key];
    if (event.key === 'Escape') {
      open([], -1);
      button.focus();
    }
    if (!step) return;
    event.preventDefault();
    document.activeElement[step]?.focus();
  });
  document.addEventListener('pointerdown', (event) => {
    if (!event.target.closest('#commands, #open-commands, #text')) open([], -1);
  });

  return {
    set(those) {
      commands = those;
      button.hidden = those.length === 0;
    },
    typed(text) {
      const [, start] = /^\/([a-z0-9_]*)$/i.exec(text) ?? [];
      if (start === undefined) return open([], -1);
      const matching = commands.filter(({ command }) => command.startsWith(start.toLowerCase()));
      open(matching, start ? 0 : -1);
    },
    /** Keys of the text field while the list is open; true when the list took it. */
    key(event) {
      if (box.hidden) return false;
      const { key } = event;
      const move = { ArrowUp: -1, ArrowDown: 1 }[key];
      const chosen = shown[selected];
      if (move) open(shown, (selected + move + shown.length) % shown.length);
      else if (key === 'Escape') open([], -1);
      else if (key === 'Tab' && (chosen ?? shown[0]))
        onComplete(`/${(chosen ?? shown[0]).command} `);
      else if (key === 'Enter' && chosen) {
        open([], -1);
        onChoose(`/${chosen.command}`);
      } else return false;
      event.preventDefault();
      return true;
    },
  };
}
