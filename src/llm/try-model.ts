/** The child of check-model.ts: loads a file and evaluates one token, or says why not. */
import { loadLlama, loadModel } from './load-llama.ts';

const [file, threads, gpu] = process.argv.slice(2);
try {
  const llama = await loadLlama({ threads: Number(threads), gpu: gpu === 'true' });
  const model = await loadModel(llama, file!);
  const context = await model.createContext({ contextSize: 128 });
  await context.getSequence().evaluateWithoutGeneratingNewTokens(model.tokenize('hello'));
  process.exit(0);
} catch (error) {
  process.stdout.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
}
