import type { Model, Tensor } from './gguf-writer.ts';
import type { Metadata } from './metadata.ts';
import type { TensorType } from './tensor-types.ts';
import { type Vocabulary, vocabularyMetadata } from './vocabulary.ts';

export type GemmaEmbeddingDimensions = {
  name: string;
  layers: number;
  /** Also the length of an embedding. */
  width: number;
  feedForward: number;
  heads: number;
  headWidth: number;
  /** Width between the two dense layers after the pooling. */
  dense: number;
  contextLength: number;
  /** True where a layer attends to a sliding window only; llama.cpp aborts without both kinds. */
  slidingLayers: readonly boolean[];
  type: TensorType;
  /** llama.cpp's number of the file's mix of types: 1 mostly F16, 7 Q8_0. */
  fileType: number;
};

export function tinyGemmaEmbedding({
  width = 768,
  layers = 2,
  slidingLayers = slidingExceptSixth(layers),
}: {
  width?: number;
  layers?: number;
  slidingLayers?: readonly boolean[];
}): GemmaEmbeddingDimensions {
  return {
    name: 'tiny random gemma-embedding',
    layers,
    width,
    feedForward: 128,
    heads: 2,
    headWidth: 32,
    dense: 128,
    contextLength: 2048,
    slidingLayers,
    type: 'F16',
    fileType: 1,
  };
}

/** EmbeddingGemma-300M as a Q8_0 file of about 330 MB. */
export function fullGemmaEmbedding(): GemmaEmbeddingDimensions {
  return {
    name: 'random EmbeddingGemma 300M',
    layers: 24,
    width: 768,
    feedForward: 1152,
    heads: 3,
    headWidth: 256,
    dense: 3072,
    contextLength: 2048,
    slidingLayers: slidingExceptSixth(24),
    type: 'Q8_0',
    fileType: 7,
  };
}

export function gemmaEmbedding(
  dimensions: GemmaEmbeddingDimensions,
  vocabulary: Vocabulary,
): Model {
  const { layers, width, dense, type } = dimensions;
  return {
    metadata: {
      ...architectureMetadata(dimensions),
      ...vocabularyMetadata(vocabulary, { addEos: true }),
    },
    tensors: [
      matrix('token_embd', type, [width, vocabulary.tokens.length]),
      norm('output_norm', width),
      matrix('dense_2', type, [width, dense]),
      matrix('dense_3', type, [dense, width]),
      ...Array.from({ length: layers }, (_, layer) => layerTensors(dimensions, layer)).flat(),
    ],
  };
}

function architectureMetadata(dimensions: GemmaEmbeddingDimensions): Metadata {
  const { layers, width, dense, headWidth } = dimensions;
  const count = (value: number) => ({ type: 'uint32', value }) as const;
  const key = 'gemma-embedding';
  return {
    'general.architecture': { type: 'string', value: key },
    'general.type': { type: 'string', value: 'model' },
    'general.name': { type: 'string', value: dimensions.name },
    'general.file_type': count(dimensions.fileType),
    'general.quantization_version': count(2),
    [`${key}.context_length`]: count(dimensions.contextLength),
    [`${key}.embedding_length`]: count(width),
    [`${key}.block_count`]: count(layers),
    [`${key}.feed_forward_length`]: count(dimensions.feedForward),
    [`${key}.attention.head_count`]: count(dimensions.heads),
    [`${key}.attention.head_count_kv`]: count(1),
    [`${key}.attention.key_length`]: count(headWidth),
    [`${key}.attention.value_length`]: count(headWidth),
    [`${key}.attention.layer_norm_rms_epsilon`]: { type: 'float32', value: 1e-6 },
    [`${key}.attention.sliding_window`]: count(512),
    [`${key}.attention.sliding_window_pattern`]: {
      type: 'list',
      of: 'bool',
      value: dimensions.slidingLayers,
    },
    [`${key}.rope.freq_base`]: { type: 'float32', value: 1e6 },
    [`${key}.pooling_type`]: count(1),
    [`${key}.dense_2_feat_in`]: count(width),
    [`${key}.dense_2_feat_out`]: count(dense),
    [`${key}.dense_3_feat_in`]: count(dense),
    [`${key}.dense_3_feat_out`]: count(width),
  };
}

/** EmbeddingGemma's own pattern; the last layer too, for models of fewer than six. */
function slidingExceptSixth(layers: number): boolean[] {
  if (layers < 2) throw new RangeError(`a gemma-embedding model needs two layers, not ${layers}`);
  return Array.from({ length: layers }, (_, i) => (i + 1) % 6 !== 0 && i !== layers - 1);
}

function layerTensors(dimensions: GemmaEmbeddingDimensions, layer: number): Tensor[] {
  const { width, heads, headWidth, feedForward, type } = dimensions;
  const block = `blk.${layer}`;
  return [
    norm(`${block}.attn_norm`, width),
    matrix(`${block}.attn_q`, type, [width, heads * headWidth]),
    matrix(`${block}.attn_k`, type, [width, headWidth]),
    matrix(`${block}.attn_v`, type, [width, headWidth]),
    matrix(`${block}.attn_output`, type, [heads * headWidth, width]),
    norm(`${block}.attn_q_norm`, headWidth),
    norm(`${block}.attn_k_norm`, headWidth),
    norm(`${block}.post_attention_norm`, width),
    norm(`${block}.ffn_norm`, width),
    matrix(`${block}.ffn_gate`, type, [width, feedForward]),
    matrix(`${block}.ffn_up`, type, [width, feedForward]),
    matrix(`${block}.ffn_down`, type, [feedForward, width]),
    norm(`${block}.post_ffw_norm`, width),
  ];
}

function matrix(name: string, type: TensorType, shape: [number, number]): Tensor {
  return { name: `${name}.weight`, type, shape, deviation: 1 / Math.sqrt(shape[0]) };
}

function norm(name: string, width: number): Tensor {
  return { name: `${name}.weight`, type: 'F32', shape: [width], constant: 1 };
}
