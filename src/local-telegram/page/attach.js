import { byId, element, icon } from './dom.js';
import { sizeOf } from './media.js';

const albumLength = 10;

/** Photos and files: chosen, dropped or pasted, looked at, captioned, sent. */
export function createAttach({ onSend }) {
  const dialog = byId('attachment');
  const caption = dialog.querySelector('.caption');
  const asFiles = dialog.querySelector('.as-files input');
  const picker = byId('files');
  const drop = byId('drop');
  let files = [];

  function offer(chosen) {
    files = [...chosen];
    if (files.length === 0 || dialog.open) return;
    const hasPhotos = files.some((file) => kindOf(file) !== 'document');
    dialog.querySelector('.as-files').hidden = !hasPhotos;
    asFiles.checked = false;
    dialog.querySelector('h2').textContent = titleOf(files);
    dialog.querySelector('.previews').replaceChildren(...files.map(preview));
    dialog.returnValue = '';
    dialog.showModal();
    caption.focus();
  }

  async function send() {
    const chosen = files;
    const words = caption.value.trim();
    const batches = await batchesOf(chosen, asFiles.checked);
    caption.value = '';
    for (const [index, batch] of batches.entries())
      await onSend(formOf(batch, index === 0 ? words : ''));
  }

  byId('attach').addEventListener('click', () => picker.click());
  picker.addEventListener('change', () => {
    offer(picker.files);
    picker.value = '';
  });
  dialog.addEventListener('close', () => {
    for (const image of dialog.querySelectorAll('img')) URL.revokeObjectURL(image.src);
    if (dialog.returnValue === 'send') void send();
  });
  document.addEventListener('paste', (event) => {
    if (event.clipboardData.files.length === 0) return;
    event.preventDefault();
    offer(event.clipboardData.files);
  });
  document.addEventListener('dragover', (event) => {
    if (!event.dataTransfer.types.includes('Files')) return;
    event.preventDefault();
    drop.hidden = false;
  });
  document.addEventListener('dragleave', (event) => {
    if (!event.relatedTarget) drop.hidden = true;
  });
  document.addEventListener('drop', (event) => {
    event.preventDefault();
    drop.hidden = true;
    offer(event.dataTransfer.files);
  });
}

function titleOf(files) {
  const [first] = files;
  const noun = files.every((file) => kindOf(file) === 'photo') ? 'photo' : 'file';
  return files.length === 1
    ? `Send ${noun === 'photo' ? 'photo' : first.name}`
    : `Send ${files.length} ${noun}s`;
}

function preview(file) {
  if (kindOf(file) === 'photo')
    return element('img', { src: URL.createObjectURL(file), alt: file.name });
  const size = element('small', {}, ` ${sizeOf(file.size)}`);
  return element(
    'div',
    { className: 'preview-file' },
    icon('file'),
    element('span', {}, file.name, size),
  );
}

function kindOf({ type }) {
  if (type === 'image/gif') return 'animation';
  if (/^image\/(png|jpeg|webp)$/.test(type)) return 'photo';
  if (type === 'audio/ogg') return 'voice';
  if (type.startsWith('audio/')) return 'audio';
  return type === 'video/mp4' ? 'video' : 'document';
}

/** Files of one kind go together, ten at a time; what plays goes with its duration. */
async function batchesOf(files, asDocuments) {
  const kinds = Map.groupBy(files, (file) => (asDocuments ? 'document' : kindOf(file)));
  const batches = [];
  for (const [kind, those] of kinds) {
    const size = ['photo', 'video', 'document', 'audio'].includes(kind) ? albumLength : 1;
    for (let at = 0; at < those.length; at += size)
      batches.push({
        kind,
        files: those.slice(at, at + size),
        duration: await durationOf(kind, those[at]),
      });
  }
  return batches;
}

function formOf({ kind, files, duration }, caption) {
  const form = new FormData();
  form.set('kind', kind);
  if (caption) form.set('caption', caption);
  if (duration) form.set('duration', String(duration));
  for (const file of files) form.append('file', file, file.name);
  return form;
}

function durationOf(kind, file) {
  if (!['voice', 'audio', 'video'].includes(kind)) return undefined;
  return new Promise((resolve) => {
    const player = new Audio(URL.createObjectURL(file));
    player.onloadedmetadata = () => resolve(Number.isFinite(player.duration) ? player.duration : 0);
    player.onerror = () => resolve(0);
  });
}
