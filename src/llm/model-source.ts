import { existsSync } from 'node:fs';
import { basename, isAbsolute, join, resolve } from 'node:path';

/** Where a model comes from, and where it lies on this machine. */
export interface ModelSource {
  file: string;
  /** What to download it from; absent for a plain path. */
  uri?: string;
  name: string;
}

/** Understands a path (relative ones: from the working folder, then in `modelsDir`), `hf:user/repo/file.gguf` and http(s) URLs. */
export function modelSource(chatModel: string, modelsDir: string): ModelSource {
  if (/^(hf:|https?:\/\/)/.test(chatModel)) {
    const name = basename(chatModel.replace(/[?#].*$/, ''));
    return { file: join(modelsDir, name), uri: chatModel, name };
  }
  const candidates = isAbsolute(chatModel)
    ? [chatModel]
    : [resolve(chatModel), join(modelsDir, chatModel)];
  const file = candidates.find((candidate) => existsSync(candidate)) ?? candidates[0]!;
  return { file, name: basename(file) };
}

/** Models that were tried with Senko; sizes as their publisher lists them. */
const offeredModels = {
  standard: {
    uri: 'hf:unsloth/gemma-3n-E4B-it-GGUF/gemma-3n-E4B-it-Q4_K_M.gguf',
    gigabytes: 4.5,
  },
  small: { uri: 'hf:unsloth/gemma-3n-E2B-it-GGUF/gemma-3n-E2B-it-Q4_K_M.gguf', gigabytes: 3 },
} as const;

/** In words for the person who is asked; empty where nobody knows. */
export function sizeOf(uri: string): string {
  const offered = Object.values(offeredModels).find((model) => model.uri === uri);
  return offered ? `, about ${offered.gigabytes} GB` : '';
}

/** The default for a machine with this much memory: E4B takes about 6.6 GiB when it runs. */
export function defaultModel(totalMemoryBytes: number): string {
  return totalMemoryBytes >= 11 * 2 ** 30 ? offeredModels.standard.uri : offeredModels.small.uri;
}

/** The address behind `hf:user/repo/path/file.gguf#branch`; anything else is an address already. */
export function downloadUrl(uri: string): string {
  const parts = /^hf:([^/]+)\/([^/]+)\/([^#]+)(?:#(.+))?$/.exec(uri);
  if (!parts) return uri;
  const [, user, repo, file, branch = 'main'] = parts;
  return `https://huggingface.co/${user}/${repo}/resolve/${branch}/${file}`;
}
