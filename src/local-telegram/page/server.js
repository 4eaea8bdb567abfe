import { toast } from './dom.js';

const page = new URLSearchParams(location.search);
const identity = new URLSearchParams({
  user: page.get('user') ?? '1',
  language_code: navigator.language.slice(0, 2),
  ...(page.get('name') && { first_name: page.get('name') }),
});
const retryMs = 1500;

let lastWrite = Promise.resolve();

export const fileUrl = (fileId) => `/client/file/${encodeURIComponent(fileId)}`;

export async function read(route, parameters = {}) {
  const query = new URLSearchParams([...identity, ...Object.entries(parameters)]);
  return answerOf(await fetch(`/client/${route}?${query}`));
}

/** Sends something of the user's; `false` when it did not arrive, which the user has then been told. */
export function write(route, body) {
  // One after the other, so that quick messages arrive in the order in which they were written.
  const answer = lastWrite.then(() => post(route, body));
  lastWrite = answer;
  return answer;
}

async function post(route, body) {
  const isForm = body instanceof FormData;
  const request = {
    method: 'POST',
    body: isForm ? body : JSON.stringify(body),
    ...(!isForm && { headers: { 'content-type': 'application/json' } }),
  };
  try {
    return await answerOf(await fetch(`/client/${route}?${identity}`, request));
  } catch (error) {
    toast(
      error instanceof TypeError
        ? 'Not sent: the local Telegram cannot be reached.'
        : error.message,
    );
    return false;
  }
}

/** Follows the chat; a lost connection comes back by itself, and `onConnected` is told each time. */
export function follow({ onEvent, onConnected, onLost }) {
  const source = new EventSource(`/client/events?${identity}`);
  source.onopen = onConnected;
  source.onmessage = ({ data }) => onEvent(JSON.parse(data));
  source.onerror = () => {
    onLost();
    source.close();
    setTimeout(() => follow({ onEvent, onConnected, onLost }), retryMs);
  };
}

async function answerOf(response) {
  const body = await response.json();
  if (!response.ok) throw new Error(body.error ?? 'The local Telegram refused this.');
  return body;
}
