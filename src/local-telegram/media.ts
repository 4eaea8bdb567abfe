import type { Message } from 'grammy/types';
import type { FileKind, FileStore, StoredFile } from './file-store.ts';
import { imageSize } from './image-size.ts';
import type { Upload } from './read-call.ts';

/** What is told about a file besides its bytes. */
export interface MediaFacts {
  duration?: number | undefined;
  width?: number | undefined;
  height?: number | undefined;
  length?: number | undefined;
  performer?: string | undefined;
  title?: string | undefined;
  emoji?: string | undefined;
}

/** Stores an uploaded file and gives the part of a Message that shows it. */
export function mediaFromUpload(
  files: FileStore,
  kind: FileKind,
  upload: Upload,
  facts: MediaFacts,
): Partial<Message> {
  if (kind === 'photo') return { photo: files.addPhoto(upload) };
  return asMedia(kind, files.add(kind, upload, describe(kind, upload, facts)));
}

/** The same for a file that Telegram already has. */
export function mediaFromFile(files: FileStore, file: StoredFile): Partial<Message> {
  if (file.kind === 'photo') return { photo: files.photoSizes(file) };
  return asMedia(file.kind, file.description);
}

function asMedia(kind: FileKind, description: unknown): Partial<Message> {
  const media = { [kind]: description } as Partial<Message>;
  // An animation is also a document, for bots that know no animations.
  return kind === 'animation'
    ? { ...media, document: description as NonNullable<Message['document']> }
    : media;
}

function describe(kind: Exclude<FileKind, 'photo'>, upload: Upload, facts: MediaFacts) {
  const named = { ...(upload.name && { file_name: upload.name }) };
  const typed = { mime_type: upload.type || 'application/octet-stream' };
  const size = imageSize(upload.bytes);
  const seen = {
    width: facts.width ?? size?.width ?? 1,
    height: facts.height ?? size?.height ?? 1,
  };
  const duration = Math.round(facts.duration ?? 0);
  switch (kind) {
    case 'voice':
      return { duration, mime_type: upload.type || 'audio/ogg' };
    case 'audio': {
      const { performer, title } = facts;
      return {
        duration,
        ...(performer && { performer }),
        ...(title && { title }),
        ...named,
        ...typed,
      };
    }
    case 'video':
    case 'animation':
      return { ...seen, duration, ...named, ...typed };
    case 'video_note':
      return { length: facts.length ?? facts.width ?? 240, duration };
    case 'sticker': {
      const { emoji } = facts;
      return {
        type: 'regular',
        ...seen,
        is_animated: false,
        is_video: false,
        ...(emoji && { emoji }),
      };
    }
    case 'document':
      return { ...named, ...typed };
    default:
      return kind satisfies never;
  }
}
