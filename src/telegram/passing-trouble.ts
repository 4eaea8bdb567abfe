import { GrammyError, HttpError } from 'grammy';

/** A lost connection, a busy or failing Telegram, a full disk: worth another try, and nobody's fault here. */
export function isPassing(error: unknown): boolean {
  if (error instanceof HttpError) return true;
  const { code = '' } = error as { code?: unknown };
  if (/^SQLITE_(FULL|IOERR|BUSY|READONLY|CANTOPEN)/.test(String(code))) return true;
  return error instanceof GrammyError && (error.error_code === 429 || error.error_code >= 500);
}

/** How long Telegram asks to wait, or `otherwise`. */
export function pauseMs(error: unknown, otherwise: number): number {
  const seconds = error instanceof GrammyError ? error.parameters.retry_after : undefined;
  return seconds === undefined ? otherwise : seconds * 1_000;
}
