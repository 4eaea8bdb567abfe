import { byId, element, icon } from './dom.js';
import { fileUrl } from './server.js';

/** Photos and videos of one message, or of an album, in Telegram's kind of grid. */
export function photoGrid(messages) {
  const isAlbum = messages.length > 1;
  const cells = messages.map(photoOrVideo);
  if (isAlbum) layOut(cells);
  return element('div', { className: isAlbum ? 'photos is-album' : 'photos' }, ...cells);
}

export const isVisual = (message) => Boolean(message.photo || message.video || message.animation);

/** What a message holds besides text and pictures, as cards. */
export function cardsOf(message) {
  const { voice, audio, video_note, document, location, venue, contact, poll } = message;
  if (voice) return [player(voice, 'Voice message')];
  if (audio) return [player(audio, audio.title ?? audio.file_name ?? 'Audio')];
  if (video_note)
    return [
      element('video', {
        className: 'round-video',
        src: fileUrl(video_note.file_id),
        controls: true,
      }),
    ];
  if (document && !message.animation) return [documentCard(document)];
  if (venue) return [card('pin', venue.title, venue.address)];
  if (location)
    return [
      card('pin', 'Location', `${location.latitude.toFixed(5)}, ${location.longitude.toFixed(5)}`),
    ];
  if (contact)
    return [
      card(
        'person',
        [contact.first_name, contact.last_name].filter(Boolean).join(' '),
        contact.phone_number,
      ),
    ];
  if (poll) return [pollCard(poll)];
  return [];
}

/** Stickers and pictures may be unreadable (tests send any bytes); their emoji or a note stands in. */
export function stickerOf({ file_id, emoji = '' }) {
  const image = element('img', { src: fileUrl(file_id), alt: emoji });
  image.addEventListener('error', () =>
    image.replaceWith(element('span', { className: 'sticker-emoji' }, emoji || '🖼')),
  );
  return image;
}

function layOut(cells) {
  const odd = cells.length % 3;
  if (cells.length === 2 || cells.length === 4)
    for (const cell of cells) cell.classList.add('is-half');
  else if (odd === 1) cells[0].classList.add('is-wide');
  else if (odd === 2) for (const cell of cells.slice(0, 2)) cell.classList.add('is-half');
  else if (cells.length === 3) {
    cells[0].classList.add('is-wide');
    for (const cell of cells.slice(1)) cell.classList.add('is-half');
  }
}

function photoOrVideo({ photo, video, animation }) {
  if (photo) return photoButton(photo.at(-1));
  const moving = video ?? animation;
  const src = fileUrl(moving.file_id);
  if (animation?.mime_type?.startsWith('image/')) return photoButton(animation);
  if (animation)
    return element('video', { src, autoplay: true, loop: true, muted: true, playsInline: true });
  return element('video', { src, controls: true, preload: 'metadata', playsInline: true });
}

function photoButton({ file_id, width, height }) {
  const src = fileUrl(file_id);
  const image = element('img', { src, alt: 'Photo', decoding: 'sync' });
  if (width > 1) Object.assign(image, { width, height });
  const open = () => {
    const viewer = byId('viewer');
    viewer.firstElementChild.src = src;
    viewer.showModal();
  };
  return element('button', { type: 'button', onclick: open, ariaLabel: 'Open photo' }, image);
}

function card(name, title, detail) {
  return element(
    'div',
    { className: 'card' },
    element('span', { className: 'card-icon' }, icon(name)),
    cardBody(title, detail),
  );
}

function cardBody(title, ...details) {
  return element(
    'div',
    { className: 'card-body' },
    element('strong', {}, title),
    ...details.map((detail) =>
      typeof detail === 'string' ? element('small', {}, detail) : detail,
    ),
  );
}

function documentCard({ file_id, file_name = 'File', file_size = 0 }) {
  return element(
    'a',
    { className: 'card', href: fileUrl(file_id), download: file_name },
    element('span', { className: 'card-icon' }, icon('file')),
    cardBody(file_name, sizeOf(file_size)),
  );
}

function pollCard({ question, options }) {
  const lines = options.map(({ text }) => element('div', { className: 'poll-option' }, text));
  const kind = element('small', {}, 'Anonymous poll');
  return element(
    'div',
    { className: 'card-body' },
    element('strong', {}, question),
    kind,
    ...lines,
  );
}

function player({ file_id, duration = 0 }, title) {
  const audio = new Audio();
  audio.preload = 'none';
  audio.src = fileUrl(file_id);
  const button = element(
    'button',
    { type: 'button', className: 'card-icon', ariaLabel: `Play: ${title}` },
    icon('play'),
  );
  const position = element('input', {
    type: 'range',
    min: 0,
    max: 1000,
    value: 0,
    ariaLabel: 'Position',
  });
  const time = element('small', {}, clock(duration));
  const length = () => (Number.isFinite(audio.duration) ? audio.duration : duration) || 1;
  button.onclick = () =>
    audio.paused ? audio.play().catch(() => showFailure(time)) : audio.pause();
  audio.onplay = () => button.replaceChildren(icon('pause'));
  audio.onpause = () => button.replaceChildren(icon('play'));
  audio.ontimeupdate = () => {
    position.value = String((audio.currentTime / length()) * 1000);
    time.textContent = `${clock(audio.currentTime)} / ${clock(length())}`;
  };
  position.oninput = () => {
    audio.currentTime = (Number(position.value) / 1000) * length();
  };
  return element('div', { className: 'card' }, button, cardBody(title, position, time));
}

function showFailure(time) {
  time.textContent = 'This browser cannot play it.';
}

function clock(seconds) {
  const whole = Math.round(seconds);
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, '0')}`;
}

export function sizeOf(bytes) {
  if (bytes < 1024) return `${bytes} B`;
  const kilobytes = bytes / 1024;
  return kilobytes < 1024 ? `${kilobytes.toFixed(1)} KB` : `${(kilobytes / 1024).toFixed(1)} MB`;
}
