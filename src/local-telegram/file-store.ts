import { randomBytes } from 'node:crypto';
import { extname } from 'node:path';
import type Database from 'better-sqlite3';
import type { PhotoSize } from 'grammy/types';
import { imageSize } from './image-size.ts';
import type { Upload } from './read-call.ts';

export type FileKind =
  | 'photo'
  | 'document'
  | 'voice'
  | 'audio'
  | 'video'
  | 'video_note'
  | 'animation'
  | 'sticker';
export type FileStore = ReturnType<typeof createFileStore>;

/** What a message says about a file: Voice, Document, … as the Bot API names the fields. */
export interface FileDescription {
  file_id: string;
  file_unique_id: string;
  file_size: number;
  [field: string]: unknown;
}
export interface StoredFile {
  kind: FileKind;
  path: string;
  mimeType: string;
  blobId: number;
  description: FileDescription;
}

const folders: Record<FileKind, string> = {
  photo: 'photos',
  document: 'documents',
  voice: 'voice',
  audio: 'music',
  video: 'videos',
  video_note: 'video_notes',
  animation: 'animations',
  sticker: 'stickers',
};
const usualTypes: Partial<Record<FileKind, string>> = {
  photo: 'image/jpeg',
  voice: 'audio/ogg',
  audio: 'audio/mpeg',
  video: 'video/mp4',
  video_note: 'video/mp4',
  animation: 'video/mp4',
  sticker: 'image/webp',
};
const extensions: Record<string, string> = {
  'image/jpeg': '.jpg',
  'image/webp': '.webp',
  'audio/ogg': '.oga',
  'audio/mpeg': '.mp3',
  'video/mp4': '.mp4',
};
const smallerSides = [90, 320, 800];

/** Uploaded bytes, and the file ids that Telegram would give out for them. */
export function createFileStore(db: Database.Database) {
  const insertBlob = db.prepare('INSERT INTO blobs (bytes) VALUES (?)');
  const insertFile = db.prepare('INSERT INTO files VALUES (?, ?, ?, ?, ?, ?)');
  const find = db.prepare<[string], Row>('SELECT * FROM files WHERE file_id = ?');
  const findPath = db.prepare<[string], Row>('SELECT * FROM files WHERE path = ?');
  const blob = db.prepare<[number], Buffer>('SELECT bytes FROM blobs WHERE id = ?').pluck();
  const siblings = db.prepare<[number], Row>(
    'SELECT * FROM files WHERE blob_id = ? ORDER BY rowid',
  );

  function keep(
    kind: FileKind,
    mimeType: string,
    blobId: number,
    fields: Record<string, unknown> & { file_size: number },
    name?: string,
  ) {
    const description = { file_id: newFileId(), file_unique_id: newUniqueId(), ...fields };
    const extension = extname(name ?? '').slice(0, 12) || extensions[mimeType] || '.bin';
    const path = `${folders[kind]}/file_${randomBytes(6).toString('hex')}${extension}`;
    insertFile.run(description.file_id, kind, path, mimeType, blobId, JSON.stringify(description));
    return description;
  }

  return {
    /** Stores a photo under several sizes; the bytes behind each are those that were sent. */
    addPhoto(upload: Upload): PhotoSize[] {
      const blobId = Number(insertBlob.run(upload.bytes).lastInsertRowid);
      return photoSizes(upload.bytes).map(
        (size) =>
          keep('photo', upload.type.startsWith('image/') ? upload.type : 'image/jpeg', blobId, {
            ...size,
            file_size: upload.bytes.length,
          }) as unknown as PhotoSize,
      );
    },

    add(
      kind: Exclude<FileKind, 'photo'>,
      upload: Upload,
      fields: Record<string, unknown>,
    ): FileDescription {
      const blobId = Number(insertBlob.run(upload.bytes).lastInsertRowid);
      const mimeType = upload.type || usualTypes[kind] || 'application/octet-stream';
      return keep(
        kind,
        mimeType,
        blobId,
        { ...fields, file_size: upload.bytes.length },
        upload.name,
      );
    },

    find: (fileId: string): StoredFile | undefined => asStored(find.get(fileId)),
    findByPath: (path: string): StoredFile | undefined => asStored(findPath.get(path)),
    photoSizes: (file: StoredFile): PhotoSize[] =>
      siblings.all(file.blobId).map((row) => JSON.parse(row.description) as PhotoSize),
    bytes: (file: StoredFile): Buffer => blob.get(file.blobId)!,
  };
}

interface Row {
  file_id: string;
  kind: FileKind;
  path: string;
  mime_type: string;
  blob_id: number;
  description: string;
}

function asStored(row: Row | undefined): StoredFile | undefined {
  return (
    row && {
      kind: row.kind,
      path: row.path,
      mimeType: row.mime_type,
      blobId: row.blob_id,
      description: JSON.parse(row.description) as FileDescription,
    }
  );
}

function photoSizes(bytes: Buffer): { width: number; height: number }[] {
  const full = imageSize(bytes) ?? { width: 1, height: 1 };
  const longest = Math.max(full.width, full.height);
  const smaller = smallerSides.filter((side) => side < longest);
  const scale = (side: number) => ({
    width: Math.max(1, Math.round((full.width * side) / longest)),
    height: Math.max(1, Math.round((full.height * side) / longest)),
  });
  return [...smaller.map(scale), full];
}

const newFileId = () => `AgAC${randomBytes(48).toString('base64url')}`;
const newUniqueId = () => `AQAD${randomBytes(9).toString('base64url')}`;
