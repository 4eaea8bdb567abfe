import { byId, element } from './dom.js';
import { richText } from './rich-text.js';

const lifeMs = 30_000;
const stillness = matchMedia('(prefers-reduced-motion: reduce)');

/** The answer that the bot is writing: text runs after what has arrived, in small steps. */
export function createDraft() {
  const place = byId('live');
  let target;
  let shown = 0;
  let frame = 0;
  let expiry;

  function clear() {
    cancelAnimationFrame(frame);
    clearTimeout(expiry);
    frame = 0;
    target = undefined;
    place.replaceChildren();
  }

  function step() {
    const left = target.text.length - shown;
    shown = stillness.matches ? target.text.length : shown + Math.ceil(left / 9);
    const text = target.text.slice(0, shown);
    bubble().replaceChildren(
      element('div', { className: 'text' }, ...richText(text, target.entities)),
    );
    frame = shown < target.text.length ? requestAnimationFrame(step) : 0;
  }

  function bubble() {
    const there = place.querySelector('.bubble');
    if (there) return there;
    const fresh = element('div', { className: 'bubble' });
    place.replaceChildren(
      element('div', { className: 'row draft is-first is-last is-new' }, fresh),
    );
    return fresh;
  }

  return {
    show(draft) {
      if (draft.draft_id !== target?.draft_id) shown = 0;
      target = draft;
      shown = Math.min(shown, draft.text.length);
      clearTimeout(expiry);
      expiry = setTimeout(clear, lifeMs);
      if (draft.text === '') bubble().replaceChildren(thinking());
      else if (!frame) frame = requestAnimationFrame(step);
    },
    isShown: () => target !== undefined,
    clear,
  };
}

function thinking() {
  const dots = [1, 2, 3].map(() => element('i'));
  return element('div', { className: 'thinking', ariaLabel: 'Thinking' }, ...dots);
}
