import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Backend } from '../backend.ts';
import type { Fault, Faults } from '../faults.ts';
import type { Observers } from '../observers.ts';
import { type Call, readCall, TooLargeError, UnreadableBodyError } from '../read-call.ts';
import { ApiError, badRequest } from './api-error.ts';
import { changeMethods } from './changes.ts';
import { mediaMethods } from './media-messages.ts';
import { messageMethods } from './messages.ts';
import type { Method, Methods } from './method.ts';
import { readParams } from './params.ts';
import { profileMethods } from './profile.ts';
import { receivingMethods } from './receiving.ts';

export interface BotApi {
  backend: Backend;
  faults: Faults;
  observers: Observers;
  log: { warn(details: object, message: string): void } | undefined;
}
type Answer =
  | { ok: true; result: unknown }
  | { ok: false; error_code: number; description: string; parameters?: object };

const methods: Methods = {
  ...receivingMethods,
  ...profileMethods,
  ...messageMethods,
  ...mediaMethods,
  ...changeMethods,
};
const byName = new Map(
  Object.entries(methods).map(([name, run]) => [name.toLowerCase(), { name, run }]),
);

/** One Bot API call, from its arrival to its answer; `path` is what follows the host. */
export async function serveBotApi(
  api: BotApi,
  request: IncomingMessage,
  response: ServerResponse,
  url: URL,
) {
  const at = performance.now();
  if (api.faults.down) return void request.socket.destroy();
  api.faults.watch(response);
  const [, token, path = ''] = /^\/bot([^/]+)\/(.*?)\/?$/.exec(url.pathname) ?? [];
  const method = byName.get(path.toLowerCase());
  const name = method?.name ?? path;
  const call = await readCall(request, url.searchParams).catch((error: unknown) => error as Error);
  if (call instanceof Error) return reply(response, answerOf(asApiError(call)));

  api.observers.notify({ at, kind: 'request', method: name, params: call.values });
  if (token !== api.backend.token || api.faults.unauthorized)
    return finish(api, response, name, call, answerOf(new ApiError(401, 'Unauthorized')));
  const fault = api.faults.take(name);
  if (fault?.kind === 'drop-before') return void request.socket.destroy();
  if (fault?.kind === 'delay') await sleep(fault.delayMs);
  const refused = faultAnswer(fault);
  const answer = refused ?? (await carryOut(api, method?.run, call, response));
  finish(api, response, name, call, answer, fault?.kind === 'drop-after');
}

async function carryOut(
  api: BotApi,
  run: Method | undefined,
  call: Call,
  response: ServerResponse,
): Promise<Answer> {
  if (!run) return answerOf(new ApiError(404, 'Not Found'));
  const { backend } = api;
  const onGone = (forget: () => void) => void response.once('close', forget);
  try {
    const methodCall = { params: readParams(call), backend, onGone };
    // Waiting for updates cannot be inside a transaction; all else is one write to disk.
    const waits = run === methods.getUpdates;
    const result = waits ? await run(methodCall) : backend.store.transaction(() => run(methodCall));
    return { ok: true, result };
  } catch (error) {
    if (!(error instanceof ApiError)) api.log?.warn({ err: error }, 'Bot API method failed');
    return answerOf(asApiError(error));
  }
}

function finish(
  api: BotApi,
  response: ServerResponse,
  method: string,
  { values: params }: Call,
  answer: Answer,
  drop = false,
) {
  const delivered = !drop && !response.destroyed;
  if (drop) response.socket?.destroy();
  else reply(response, answer);
  api.observers.notify({
    at: performance.now(),
    kind: 'answer',
    method,
    params,
    delivered,
    ...answer,
  });
}

function reply(response: ServerResponse, answer: Answer) {
  if (response.destroyed) return;
  const body = JSON.stringify(answer);
  response.writeHead(answer.ok ? 200 : answer.error_code, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
  });
  response.end(body);
}

function faultAnswer(fault: Fault | undefined): Answer | undefined {
  if (fault?.kind !== 'status') return undefined;
  if (fault.status !== 429)
    return answerOf(
      new ApiError(fault.status, fault.status === 502 ? 'Bad Gateway' : 'Internal Server Error'),
    );
  const retry_after = fault.retryAfter ?? 1;
  return answerOf(
    new ApiError(429, `Too Many Requests: retry after ${retry_after}`, { retry_after }),
  );
}

function answerOf(error: ApiError): Answer {
  return {
    ok: false,
    error_code: error.code,
    description: error.message,
    ...(error.parameters && { parameters: error.parameters }),
  };
}

function asApiError(error: unknown): ApiError {
  if (error instanceof ApiError) return error;
  if (error instanceof TooLargeError) return new ApiError(413, 'Request Entity Too Large');
  if (error instanceof UnreadableBodyError) return badRequest(error.message);
  return new ApiError(500, 'Internal Server Error');
}
