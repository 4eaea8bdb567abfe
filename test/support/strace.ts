import { spawnSync } from 'node:child_process';

/** A system call that writes or syncs, in the order of the trace. */
export interface SystemCall {
  name: string;
  /** The file's path, or `socket:[…]`. */
  target: string;
  /** What was written, a character per byte. */
  bytes: string;
  /** The line at which it began, and that at which it returned; Infinity: it did not. */
  began: number;
  returned: number;
  succeeded: boolean;
}

/** An HTTP request as it left: its first byte at line `began`. */
export interface SentRequest {
  method: string;
  params: Record<string, unknown>;
  began: number;
}

/** Runs the program that follows it; the program itself stays the child, so that signals reach it. */
export function straceInto(file: string): string[] {
  const calls = 'write,writev,pwrite64,pwritev,pwritev2,sendto,sendmsg,sendfile,fsync,fdatasync';
  const options = ['-D', '-f', '-y', '-s', '65536', '--seccomp-bpf', '-e', `trace=${calls}`];
  return ['strace', ...options, '-o', file];
}

/** Undefined: it can be used here. */
export function whyNoStrace(): string | undefined {
  const tried = spawnSync('strace', ['-o', '/dev/null', 'true'], { encoding: 'utf8' });
  if (tried.error) return 'strace is not installed (Debian: apt-get install strace)';
  return tried.status === 0 ? undefined : `strace may not trace here: ${tried.stderr.trim()}`;
}

/** Reads what `strace -f -y` wrote. Calls that another thread interrupted are put together again. */
export function parseStrace(trace: string): SystemCall[] {
  const calls: SystemCall[] = [];
  const unfinished = new Map<string, SystemCall>();
  for (const [line, text] of trace.split('\n').entries()) {
    const [, thread = '', rest = ''] = /^(\d+) +(.*)$/.exec(text) ?? [];
    const resumed = /^<\.\.\. \w+ resumed>.* = (-?\d+)/.exec(rest);
    if (resumed) {
      const call = unfinished.get(thread);
      if (call) Object.assign(call, { returned: line, succeeded: Number(resumed[1]) >= 0 });
      unfinished.delete(thread);
      continue;
    }
    const [, name, target, args = ''] = /^(\w+)\(\d+<(.+?)>(.*)$/.exec(rest) ?? [];
    if (name === undefined || target === undefined) continue;
    const result = /\) += (-?\d+)[^"]*$/.exec(args)?.[1];
    const call: SystemCall = {
      name,
      target,
      bytes: bytesIn(args),
      began: line,
      returned: result === undefined ? Number.POSITIVE_INFINITY : line,
      succeeded: Number(result ?? -1) >= 0,
    };
    calls.push(call);
    if (result === undefined) unfinished.set(thread, call);
  }
  return calls;
}

/** The Bot API calls that left, put together from what was written to each connection. */
export function sentRequests(calls: SystemCall[]): SentRequest[] {
  const streams = new Map<string, { bytes: string; began: number }>();
  const requests: SentRequest[] = [];
  for (const { target, bytes, began } of calls) {
    if (!target.startsWith('socket:')) continue;
    let stream = streams.get(target) ?? { bytes: '', began };
    stream.bytes += bytes;
    for (let end = endOfRequest(stream.bytes); end > 0; end = endOfRequest(stream.bytes)) {
      requests.push(readRequest(stream.bytes.slice(0, end), stream.began));
      stream = { bytes: stream.bytes.slice(end), began };
    }
    if (stream.bytes === '') streams.delete(target);
    else streams.set(target, stream);
  }
  return requests;
}

/** 0: it is not complete yet. */
function endOfRequest(bytes: string): number {
  const headers = bytes.indexOf('\r\n\r\n') + 4;
  if (headers < 4) return 0;
  const length = /^content-length: *(\d+)/im.exec(bytes.slice(0, headers))?.[1] ?? '0';
  const end = headers + Number(length);
  return end <= bytes.length ? end : 0;
}

function readRequest(bytes: string, began: number): SentRequest {
  const method = /^[A-Z]+ \/bot[^/]+\/(\w+)/.exec(bytes)?.[1] ?? '';
  const body = Buffer.from(bytes.slice(bytes.indexOf('\r\n\r\n') + 4), 'latin1').toString('utf8');
  return { method, params: body === '' ? {} : JSON.parse(body), began };
}

/** All quoted strings of the arguments, one after the other. */
function bytesIn(args: string): string {
  const quoted = args.matchAll(/"((?:[^"\\]|\\.)*)"/g);
  return [...quoted].map(([, text = '']) => unescaped(text)).join('');
}

const letters: Record<string, string> = { n: '\n', r: '\r', t: '\t', v: '\v', f: '\f' };

function unescaped(text: string): string {
  return text.replaceAll(/\\([0-7]{1,3}|.)/g, (_, code: string) =>
    /^[0-7]/.test(code) ? String.fromCharCode(Number.parseInt(code, 8)) : (letters[code] ?? code),
  );
}
