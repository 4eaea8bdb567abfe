import type { IncomingMessage } from 'node:http';

export interface Upload {
  field: string;
  name: string;
  type: string;
  bytes: Buffer;
}
export interface Call {
  values: Record<string, unknown>;
  uploads: Upload[];
}

export class TooLargeError extends Error {}
export class UnreadableBodyError extends Error {}

const maxBodyBytes = 50 * 1024 * 1024 + 64 * 1024;

/** Parameters from wherever HTTP lets them be: query string, form, JSON or multipart body. */
export async function readCall(request: IncomingMessage, query: URLSearchParams): Promise<Call> {
  const call: Call = { values: Object.fromEntries(query), uploads: [] };
  if (request.method !== 'POST') return call;
  const body = await readBody(request);
  if (body.length === 0) return call;
  const type = request.headers['content-type'] ?? '';
  if (type.startsWith('application/json')) Object.assign(call.values, readJson(body));
  else if (type.startsWith('multipart/form-data')) await readMultipart(body, type, call);
  else Object.assign(call.values, Object.fromEntries(new URLSearchParams(body.toString())));
  return call;
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
  if (Number(request.headers['content-length'] ?? 0) > maxBodyBytes) throw new TooLargeError();
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > maxBodyBytes) throw new TooLargeError();
    chunks.push(chunk);
  }
  return chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks);
}

function readJson(body: Buffer): object {
  try {
    const value: unknown = JSON.parse(body.toString());
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
  } catch (cause) {
    throw new UnreadableBodyError("can't parse request JSON object", { cause });
  }
  throw new UnreadableBodyError('request JSON must be an object');
}

async function readMultipart(body: Buffer, type: string, call: Call) {
  const headers = { 'content-type': type };
  const form = await new Response(new Uint8Array(body), { headers })
    .formData()
    .catch((cause: unknown) => {
      throw new UnreadableBodyError("can't parse multipart body", { cause });
    });
  for (const [field, value] of form) {
    if (typeof value === 'string') call.values[field] = value;
    else {
      const bytes = Buffer.from(await value.arrayBuffer());
      call.uploads.push({ field, name: value.name, type: value.type, bytes });
    }
  }
}
