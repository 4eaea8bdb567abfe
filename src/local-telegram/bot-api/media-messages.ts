import { randomInt } from 'node:crypto';
import type { Message } from 'grammy/types';
import type { FileKind } from '../file-store.ts';
import { mediaFromFile, mediaFromUpload } from '../media.ts';
import { badRequest } from './api-error.ts';
import { type Method, type MethodCall, type Methods, requireChat } from './method.ts';
import { readCaption, sendToChat } from './outgoing.ts';
import { type Params, readParams } from './params.ts';

const maxPhotoBytes = 10 * 1024 * 1024;
const maxFileBytes = 50 * 1024 * 1024;
const maxDownloadBytes = 20 * 1024 * 1024;
const albumKinds = new Set<unknown>(['photo', 'video', 'document', 'audio']);

export const mediaMethods: Methods = {
  sendPhoto: sendOne('photo'),
  sendDocument: sendOne('document'),
  sendVoice: sendOne('voice'),
  sendAudio: sendOne('audio'),
  sendVideo: sendOne('video'),
  sendVideoNote: sendOne('video_note'),
  sendAnimation: sendOne('animation'),
  sendSticker: sendOne('sticker'),

  sendMediaGroup(call) {
    const chat = requireChat(call);
    const items = call.params.json<Record<string, unknown>[]>('media') ?? [];
    if (items.length < 2 || items.length > 10)
      throw badRequest('media group must include 2-10 items');
    const contents = items.map((item) => readAlbumItem(call, item));
    const media_group_id = String(randomInt(2 ** 47));
    return contents.map((content) => sendToChat(call, chat, { ...content, media_group_id }));
  },

  getFile({ params, backend }) {
    const file = backend.files.find(params.string('file_id') ?? '');
    if (!file) throw badRequest('wrong file_id or the file is temporarily unavailable');
    const { file_id, file_unique_id, file_size } = file.description;
    if (file_size > maxDownloadBytes) throw badRequest('file is too big');
    return { file_id, file_unique_id, file_size, file_path: file.path };
  },
};

function sendOne(kind: FileKind): Method {
  return (call) => {
    const chat = requireChat(call);
    const caption = kind === 'sticker' || kind === 'video_note' ? {} : readCaption(call.params);
    const media = readMedia(call, kind, call.params.string(kind) ?? kind, call.params);
    return sendToChat(call, chat, { ...media, ...caption });
  };
}

function readAlbumItem(call: MethodCall, item: Record<string, unknown>): Partial<Message> {
  if (!albumKinds.has(item.type)) throw badRequest("can't parse InputMedia: unsupported type");
  const itemParams = readParams({ values: item, uploads: call.params.uploads });
  const reference = itemParams.string('media') ?? '';
  const media = readMedia(call, item.type as FileKind, reference, itemParams);
  return { ...media, ...readCaption(itemParams) };
}

function readMedia(
  call: MethodCall,
  kind: FileKind,
  reference: string,
  facts: Params,
): Partial<Message> {
  const { files } = call.backend;
  const upload = call.params.upload(reference);
  if (!upload) {
    if (/^https?:/.test(reference)) throw badRequest('failed to get HTTP URL content');
    const known = files.find(reference);
    if (known) return mediaFromFile(files, known);
    throw badRequest(
      reference === kind || reference.startsWith('attach://')
        ? `there is no ${kind.replace('_', ' ')} in the request`
        : 'wrong remote file identifier specified: wrong string length',
    );
  }
  if (upload.bytes.length === 0) throw badRequest('file must be non-empty');
  if (upload.bytes.length > (kind === 'photo' ? maxPhotoBytes : maxFileBytes))
    throw badRequest(kind === 'photo' ? 'file of size is too big for a photo' : 'file is too big');
  return mediaFromUpload(files, kind, upload, {
    duration: facts.number('duration'),
    width: facts.integer('width'),
    height: facts.integer('height'),
    length: facts.integer('length'),
    performer: facts.string('performer'),
    title: facts.string('title'),
    emoji: facts.string('emoji'),
  });
}
