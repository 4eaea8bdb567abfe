import { renderRow } from './bubble.js';
import { byId, element } from './dom.js';

const groupWithinSeconds = 600;
const nearBottomPixels = 90;
const day = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'long' });
const dayWithYear = new Intl.DateTimeFormat(undefined, { dateStyle: 'long' });

/** The chat's messages on screen: kept in order, redrawn only where they changed, followed at the end. */
export function createTimeline(actions) {
  const list = byId('timeline');
  const scroller = byId('scroller');
  const messages = new Map();
  const drawn = new Map();
  let unread = 0;
  let isFollowing = true;

  const isAtEnd = () =>
    scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < nearBottomPixels;

  function toEnd(behavior = 'instant') {
    isFollowing = true;
    scroller.scrollTo({ top: scroller.scrollHeight, behavior });
  }

  function draw({ animate = false } = {}) {
    const items = layOut([...messages.values()]);
    const wanted = items.map((item) => {
      const known = drawn.get(item.key);
      const signature = JSON.stringify(item);
      if (known?.signature === signature) return { ...known, key: item.key };
      const node = item.day ? dayMark(item.day) : renderRow(item, actions);
      if (!known && animate && !item.day) node.classList.add('is-new');
      return { key: item.key, signature, node };
    });
    const focused = document.activeElement?.closest('.row')?.dataset.key;
    drawn.clear();
    for (const entry of wanted) drawn.set(entry.key, entry);
    replaceChildren(
      list,
      wanted.map(({ node }) => node),
    );
    scroller.classList.toggle('is-empty', messages.size === 0);
    for (const row of list.querySelectorAll('[tabindex="0"]')) row.tabIndex = -1;
    const last = list.lastElementChild;
    if (last?.classList.contains('row')) last.tabIndex = 0;
    if (focused && !list.contains(document.activeElement)) drawn.get(focused)?.node.focus();
    if (isFollowing) toEnd();
  }

  function countUnread(message) {
    if (message.from_bot && !isFollowing) unread += 1;
    showBottomButton();
  }

  function showBottomButton() {
    if (isAtEnd()) unread = 0;
    const button = byId('to-bottom');
    button.hidden = isAtEnd();
    const count = button.querySelector('.unread');
    count.hidden = unread === 0;
    count.textContent = String(unread);
  }

  scroller.addEventListener('scroll', () => {
    isFollowing = isAtEnd();
    showBottomButton();
    if (scroller.scrollTop < 200) actions.onOlder?.();
  });
  byId('to-bottom').addEventListener('click', () => toEnd('smooth'));
  // Pictures and drafts grow after they are drawn; the end stays in view.
  const growth = new ResizeObserver(() => isFollowing && toEnd());
  for (const node of [list, byId('live'), scroller]) growth.observe(node);
  list.addEventListener('keydown', moveBetweenRows);

  return {
    toEnd,
    get: (id) => messages.get(id),
    all: () => [...messages.values()],
    replaceAll(all) {
      messages.clear();
      for (const message of all) messages.set(message.message_id, message);
      draw();
    },
    addOlder(older) {
      const height = scroller.scrollHeight;
      const newer = [...messages.values()];
      messages.clear();
      for (const message of [...older, ...newer]) messages.set(message.message_id, message);
      draw();
      scroller.scrollTop += scroller.scrollHeight - height;
    },
    put(message, options) {
      const isNew = !messages.has(message.message_id);
      messages.set(message.message_id, message);
      draw({ animate: isNew, ...options });
      if (isNew) countUnread(message);
    },
    change(ids, change) {
      for (const id of ids.filter((each) => messages.has(each)))
        messages.set(id, { ...messages.get(id), ...change });
      draw();
    },
    remove(ids) {
      for (const id of ids) messages.delete(id);
      draw();
    },
    show(id) {
      const row = [...drawn.values()].find(({ node }) => node.dataset.id === String(id))?.node;
      row?.scrollIntoView({ block: 'center', behavior: 'smooth' });
      row?.classList.add('is-flashed');
      setTimeout(() => row?.classList.remove('is-flashed'), 1300);
    },
  };
}

/** Rows and date marks: albums in one row, neighbours of one sender in one group. */
function layOut(messages) {
  const rows = [];
  for (const message of messages) {
    const previous = rows.at(-1);
    const album = message.media_group_id;
    if (album && previous?.messages[0].media_group_id === album) previous.messages.push(message);
    else rows.push({ key: String(message.message_id), messages: [message] });
  }
  return rows.flatMap((row, index) => {
    const isFirst = !belongTogether(rows[index - 1], row);
    const isLast = !belongTogether(row, rows[index + 1]);
    const date = dateOf(row);
    const opensDay = index === 0 || dateOf(rows[index - 1]) !== date;
    const placed = { ...row, isFirst, isLast };
    return opensDay ? [{ key: `day ${date}`, day: row.messages[0].date }, placed] : [placed];
  });
}

function belongTogether(row, next) {
  if (!row || !next) return false;
  const [a, b] = [row.messages.at(-1), next.messages[0]];
  const isOneGroup = a.from_bot === b.from_bot && b.date - a.date < groupWithinSeconds;
  return isOneGroup && dateOf(row) === dateOf(next);
}

const dateOf = (row) => new Date(row.messages[0].date * 1000).toDateString();

function dayMark(seconds) {
  const date = new Date(seconds * 1000);
  const isThisYear = date.getFullYear() === new Date().getFullYear();
  const isToday = date.toDateString() === new Date().toDateString();
  const text = isToday ? 'Today' : (isThisYear ? day : dayWithYear).format(date);
  return element('div', { className: 'day' }, text);
}

/** Leaves nodes that stay where they are untouched, so that players go on and nothing flickers. */
function replaceChildren(parent, wanted) {
  const keep = new Set(wanted);
  for (const child of [...parent.children]) if (!keep.has(child)) child.remove();
  let at = parent.firstElementChild;
  for (const node of wanted) {
    if (node === at) at = at.nextElementSibling;
    else parent.insertBefore(node, at);
  }
}

function moveBetweenRows(event) {
  const row = event.target.closest('.row');
  const step = { ArrowUp: 'previousElementSibling', ArrowDown: 'nextElementSibling' }[event.key];
  if (!row || event.target !== row || !step) return;
  let next = row[step];
  while (next && !next.classList.contains('row')) next = next[step];
  if (!next) return;
  event.preventDefault();
  row.tabIndex = -1;
  next.tabIndex = 0;
  next.focus();
}
