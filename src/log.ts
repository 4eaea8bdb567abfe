import { type Logger, pino } from 'pino';
import pretty from 'pino-pretty';

export type Log = Logger;

/** Telegram puts the bot's token into its addresses, and so into network errors. */
const botToken = /\d{5,}:[A-Za-z0-9_-]{30,}/g;

/** Structured lines on stdout, readable ones in a terminal. Whatever is logged, secrets are struck out. */
export function createLog(options: {
  level: string;
  secrets: string[];
  write?: (line: string) => void;
}): Log {
  const output = options.write ?? terminalOutput();
  const secrets = options.secrets.filter((secret) => secret.length >= 8);
  const strikeOut = (line: string) =>
    secrets
      .reduce((text, secret) => text.replaceAll(secret, '[secret]'), line)
      .replace(botToken, '[token]');
  return pino(
    {
      level: options.level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      serializers: { err: errorInBrief },
    },
    { write: (line) => output(strikeOut(line)) },
  );
}

/** Only what tells where it went wrong: errors of libraries carry what was said, too. */
function errorInBrief(error: unknown, depth = 0): object {
  if (!(error instanceof Error)) return { message: typeof error };
  const { name, message, stack, cause } = error;
  const { code, error_code, error: inner } = error as { [key: string]: unknown } & Error;
  const under = cause ?? inner;
  return {
    type: name,
    message,
    stack,
    ...(code !== undefined && { code }),
    ...(error_code !== undefined && { error_code }),
    ...(under !== undefined && depth < 3 && { cause: errorInBrief(under, depth + 1) }),
  };
}

function terminalOutput(): (line: string) => void {
  if (!process.stdout.isTTY) return (line) => void process.stdout.write(line);
  const stream = pretty({
    colorize: true,
    translateTime: 'SYS:HH:MM:ss',
    destination: 1,
    sync: true,
    singleLine: true,
  });
  return (line) => void stream.write(line);
}
