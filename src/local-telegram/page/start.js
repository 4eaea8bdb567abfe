import { byId, element } from './dom.js';

const introduction =
  'Throw your thoughts and photos at Senko all day; she keeps them, and writes the day down when you ask.\n\nPress Start to say hello.';

/** Telegram's START: for a chat that has not begun, and for a link that carries a code. */
export function createStart({ onStart, onStarted }) {
  const button = byId('start');
  const code = () => new URLSearchParams(location.search).get('start') ?? '';
  let pressed = false;

  button.addEventListener('click', async () => {
    button.disabled = true;
    pressed = await onStart(code() ? `/start ${code()}` : '/start');
    button.disabled = false;
    if (!pressed) return;
    const address = new URL(location.href);
    address.searchParams.delete('start');
    history.replaceState(null, '', address);
    onStarted();
  });

  return {
    /** Shows or hides the button; true when it stands where the composer would be. */
    update(isEmpty) {
      button.hidden = pressed || !(isEmpty || code());
      return !button.hidden;
    },
    intro(bot, description) {
      return element(
        'section',
        { className: 'intro' },
        element('img', { src: 'fox.svg', alt: '', className: 'avatar' }),
        element('h2', {}, bot.first_name),
        element('p', {}, description || introduction),
      );
    },
  };
}
