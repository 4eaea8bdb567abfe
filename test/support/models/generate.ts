// node test/support/models/generate.ts tiny-chat|tiny-embed|full-chat|full-embed OUT
import { chatTemplates } from './chat-templates.ts';
import { fullGemmaEmbedding, gemmaEmbedding } from './gemma-embedding.ts';
import { fullGemma3n, gemma3n } from './gemma3n.ts';
import { writeGguf } from './gguf-writer.ts';
import { writeTinyChatModel, writeTinyEmbeddingModel } from './tiny-models.ts';
import { vocabulary } from './vocabulary.ts';

const fullVocabulary = () => vocabulary({ size: 262_144 });

const writers: Record<string, (file: string) => Promise<unknown>> = {
  'tiny-chat': (file) => writeTinyChatModel(file),
  'tiny-embed': (file) => writeTinyEmbeddingModel(file),
  'full-chat': (file) =>
    writeGguf(file, gemma3n(fullGemma3n(), fullVocabulary(), chatTemplates.gemma)),
  'full-embed': (file) => writeGguf(file, gemmaEmbedding(fullGemmaEmbedding(), fullVocabulary())),
};

const [kind = '', file] = process.argv.slice(2);
const write = writers[kind];
if (!write || !file) {
  console.error(`usage: generate.ts ${Object.keys(writers).join('|')} OUT`);
  process.exit(2);
}
await write(file);
