import type { IncomingMessage, ServerResponse } from 'node:http';
import type { FileStore, StoredFile } from './file-store.ts';

const shownInPage = /^(?:image\/(?:png|jpeg|gif|webp|avif)|audio\/|video\/)/;

/** A file's bytes, or the part of them that a player asks for. */
export function sendFile(
  files: FileStore,
  request: IncomingMessage,
  response: ServerResponse,
  file: StoredFile | undefined,
) {
  if (!file) return void response.writeHead(404).end();
  const bytes = files.bytes(file);
  const headers = {
    'content-type': file.mimeType,
    'x-content-type-options': 'nosniff',
    // A file may be a web page; it must not run as one on the chat's own address.
    'content-security-policy': "default-src 'none'; sandbox",
    'content-disposition': shownInPage.test(file.mimeType) ? 'inline' : 'attachment',
    'cache-control': 'private, max-age=31536000, immutable',
    'accept-ranges': 'bytes',
  };
  const [, from, to] = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? '') ?? [];
  const start = Number(from ?? 0);
  const end = Math.min(to ? Number(to) : bytes.length - 1, bytes.length - 1);
  if (from === undefined || start > end) {
    response.writeHead(200, { ...headers, 'content-length': bytes.length });
    return void response.end(bytes);
  }
  const range = `bytes ${start}-${end}/${bytes.length}`;
  response.writeHead(206, {
    ...headers,
    'content-range': range,
    'content-length': end - start + 1,
  });
  response.end(bytes.subarray(start, end + 1));
}
