// node test/support/models/open-model.ts chat|embedding FILE: opens a model, evaluates a word, exits
// with 0. A file of its own: node-llama-cpp starts child processes with the flags of this one, so
// that it finds no binary under `node -e`.
import { getLlama, LlamaLogLevel } from 'node-llama-cpp';

const [kind = '', modelPath = ''] = process.argv.slice(2);
const llama = await getLlama({
  build: 'never',
  gpu: false,
  maxThreads: 1,
  logLevel: LlamaLogLevel.error,
});
const model = await llama.loadModel({ modelPath });
if (kind === 'embedding') {
  const context = await model.createEmbeddingContext({ contextSize: 512 });
  await context.getEmbeddingFor('hello');
} else {
  const context = await model.createContext({ contextSize: 512 });
  await context.getSequence().evaluateWithoutGeneratingNewTokens(model.tokenize('hello'));
}
process.exit(0);
