import { totalmem } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import type { UserFromGetMe } from 'grammy/types';
import { createAnswerCache } from './companion/answer-cache.ts';
import { createHear } from './companion/hear.ts';
import { createReply } from './companion/reply.ts';
import type { Config } from './config.ts';
import { createJobRunner } from './jobs/runner.ts';
import { startSchedules } from './jobs/schedules.ts';
import { createCapture } from './journal/capture.ts';
import { createCompile } from './journal/compile.ts';
import { createExport } from './journal/export.ts';
import { createRecompile } from './journal/recompile.ts';
import { createLlamaChatModel } from './llm/llama-chat-model.ts';
import { sizeOf } from './llm/model-source.ts';
import { chooseModel, provideModel } from './llm/provide-model.ts';
import { type LocalTelegram, startLocalTelegram } from './local-telegram/local-telegram.ts';
import { createLog, type Log } from './log.ts';
import { createRecall } from './memory/recall.ts';
import type { ChatModel } from './ports/chat-model.ts';
import { StartError } from './ports/start-error.ts';
import { loadPrompts, type Prompts } from './prompts.ts';
import { openStores, type Stores } from './store/stores.ts';
import { createAllowList } from './telegram/allow-list.ts';
import { createApi } from './telegram/api.ts';
import { startBot } from './telegram/bot.ts';
import { createFeatures } from './telegram/features/index.ts';
import { createLiveChat } from './telegram/live-chat.ts';
import { createOfflineWatch } from './telegram/offline.ts';
import { createPairing, type Pairing } from './telegram/pairing.ts';
import { createSending } from './telegram/sending.ts';
import { announce, ask, progressBar } from './terminal.ts';

export interface Senko {
  /** The local Telegram, where there is no token. */
  local: LocalTelegram | undefined;
  stores: Stores;
  chatModel: ChatModel;
  /** The one-time code, until somebody has paired. */
  pairing: Pairing;
  strangers: () => number;
  /** Stops cleanly: what is under way is left to the next start, nothing is lost. */
  close(): Promise<void>;
}

export interface Overrides {
  now?: () => number;
  log?: Log;
  /** Says something to the person at the terminal. */
  say?: (...lines: string[]) => void;
  /** Called once Telegram is connected. */
  onReady?: () => void;
}

/** The composition root: config → stores → model → companion and journal → jobs → bot; closes in reverse. */
export async function startSenko(config: Config, overrides: Overrides = {}): Promise<Senko> {
  await using opened = new AsyncDisposableStack();
  const { now = Date.now, say = announce } = overrides;
  const log =
    overrides.log ??
    createLog({
      level: config.logLevel,
      secrets: [config.telegram.token ?? '', ...proxyPasswords(config)],
    });
  const { timezone, journalsDir } = config;
  const prompts = loadPrompts();

  const stores = openStores(config, now, () => runner.wake());
  opened.defer(() => stores.close());
  const local = await openLocalTelegram(config, log);
  if (local) opened.use(local);
  const { promise: connected, resolve: onConnected } = Promise.withResolvers<void>();
  const chatModel = opened.use(openChatModel({ config, prompts, connected, log }));

  const ending = new AbortController();
  const api = createApi({ ...telegramAccess(config, local), ending: ending.signal });
  // What is shown while work goes on must not wait for a busy Telegram.
  const hastyApi = createApi({
    ...telegramAccess(config, local),
    ending: ending.signal,
    hasty: true,
  });
  const live = createLiveChat(hastyApi, log);
  const { memories, journals, memoryJobs, journalJobs } = stores;
  const recall = createRecall(memories);
  const shared = { ...stores, chatModel, prompts, timezone, chat: live, now };
  const runner = createJobRunner({
    handlers: {
      reply: {
        handler: createReply({
          ...shared,
          recall,
          jobs: memoryJobs,
          cache: createAnswerCache(now),
        }),
        queue: memoryJobs,
      },
      send: { handler: createSending({ api, jobs: memoryJobs, log }), queue: memoryJobs },
      compile: { handler: createCompile({ ...shared, journalsDir, log }), queue: journalJobs },
      recompile: { handler: createRecompile({ ...shared, journalsDir, log }), queue: memoryJobs },
      export: { handler: createExport({ journals, journalsDir }), queue: memoryJobs },
    },
    modelReady: () => chatModel.status().state === 'ready',
    now,
    log,
  });
  opened.defer(() => runner.close());
  chatModel.onStatus(({ state }) => {
    if (state === 'ready') memoryJobs.retrySetAside('recompile');
    runner.modelChanged();
  });

  const allowList = createAllowList(stores.users, config.telegram.allowedUserIds);
  const pairing = createPairing(stores.users, config.telegram.allowedUserIds);
  const features = createFeatures({
    ...shared,
    live,
    runner,
    capture: createCapture(stores.drafts, now),
    hear: createHear(memories),
    jobs: memoryJobs,
    queues: [memoryJobs, journalJobs],
    privacy: local
      ? 'nothing leaves this machine; this chat is local.'
      : 'this chat passes through Telegram’s servers; nothing else leaves this machine.',
  });
  const { settings } = stores;
  const offline = createOfflineWatch({
    settings,
    jobs: memoryJobs,
    userIds: allowList.userIds,
    timezone,
    now,
  });
  const bot = startBot({
    api,
    inbox: stores.inbox,
    allowList,
    pairing,
    features,
    receipt: config.journalReceipt,
    heard: offline.heard,
    onStart(me) {
      runner.wake();
      say(...welcome(me, local, pairing));
      if (pairing.code) log.info({ code: pairing.code }, 'nobody is paired yet');
      onConnected();
      overrides.onReady?.();
    },
    now,
    log,
  });
  opened.defer(() => bot.close());
  const schedules = startSchedules({ inbox: stores.inbox, timezone, now, log });
  opened.defer(() => schedules.close());

  const everything = opened.move();
  return {
    local,
    stores,
    chatModel,
    pairing,
    strangers: bot.strangers,
    async close() {
      // A Telegram that does not answer must not hold up the stop.
      const timer = setTimeout(() => ending.abort(), lastCallsMs);
      await everything.disposeAsync();
      clearTimeout(timer);
    },
  };
}

/** How long a stop waits for answers to calls that were made. */
const lastCallsMs = 4_000;

/** As it is, and as it stands in an address. */
function proxyPasswords({ telegram }: Config): string[] {
  const { password } = new URL(telegram.proxy ?? 'http://none');
  return [password, decodeURIComponent(password)];
}

/** Without a token Senko is her own Telegram, on a page of this machine. */
async function openLocalTelegram(config: Config, log: Log): Promise<LocalTelegram | undefined> {
  if (config.telegram.token) return undefined;
  try {
    return await startLocalTelegram({ ...config.localTelegram, log });
  } catch (cause) {
    const { host, port } = config.localTelegram;
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new StartError(
      `The chat page cannot open at ${host}:${port} (${reason}). Set another LOCAL_TELEGRAM_PORT or LOCAL_TELEGRAM_HOST.`,
      { cause },
    );
  }
}

function telegramAccess({ telegram }: Config, local: LocalTelegram | undefined) {
  if (local) return { token: local.token, apiRoot: local.url };
  return { token: telegram.token ?? '', apiRoot: telegram.apiRoot, proxy: telegram.proxy };
}

const downloadAgainMs = 30_000;

/** After `connected`, or a little while: a question must not scroll away under the first lines. */
const askAfterMs = 3_000;

function openChatModel(options: {
  config: Config;
  prompts: Prompts;
  connected: Promise<void>;
  log: Log;
}): ChatModel & AsyncDisposable {
  const { config, prompts, connected, log } = options;
  const source = chooseModel(config.chatModel, config.modelsDir, totalmem());
  const bar = progressBar(`Downloading ${source.name}`);
  return createLlamaChatModel({
    name: source.name,
    file: (signal, waiting) =>
      provideModel(source, {
        signal,
        tryAgainMs: downloadAgainMs,
        async consent({ name, uri }) {
          if (config.download !== 'ask') return config.download === 'yes';
          await Promise.race([connected, sleep(askAfterMs, undefined, { ref: false })]);
          return ask(downloadQuestion(name, uri), signal);
        },
        waiting(reason, percent) {
          waiting(reason);
          if (percent > 0) bar(percent);
          else log.info(reason);
        },
      }),
    contextTokens: config.contextTokens,
    threads: config.threads,
    gpu: config.gpu,
    checkedFile: config.checkedModelsFile,
    warmUp: [{ role: 'system', text: prompts.persona }],
    log,
  });
}

const downloadQuestion = (name: string, uri: string) =>
  `Senko needs a model to talk: download ${name}${sizeOf(uri)}, from ${uri} now?`;

/** What the person at the terminal needs to know: where to go, and with which code. */
function welcome(me: UserFromGetMe, local: LocalTelegram | undefined, { code }: Pairing): string[] {
  const start = code === undefined ? '' : `?start=${code}`;
  const address = local ? `${local.url}/${start}` : `https://t.me/${me.username}${start}`;
  if (code === undefined) return [`Senko is awake. Talk to her at ${address}`];
  return [
    'Senko is awake, and waits for you. Open',
    '',
    `    ${address}`,
    '',
    `and press START, or send her: /start ${code}`,
  ];
}
