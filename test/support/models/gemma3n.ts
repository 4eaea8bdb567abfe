import type { Model, Tensor } from './gguf-writer.ts';
import type { Metadata } from './metadata.ts';
import type { TensorType } from './tensor-types.ts';
import { type Vocabulary, vocabularyMetadata } from './vocabulary.ts';

export type Gemma3nDimensions = {
  name: string;
  layers: number;
  width: number;
  feedForward: number;
  heads: number;
  keyValueHeads: number;
  headWidth: number;
  contextLength: number;
  /** True where a layer attends to a sliding window only; llama.cpp aborts without such a layer. */
  slidingLayers: readonly boolean[];
  types: {
    embedding: TensorType;
    projection: TensorType;
    matrix: TensorType;
    /** attn_v and ffn_down of the layers that Q4_K_M keeps at a higher precision. */
    important: TensorType;
  };
  /** llama.cpp's number of the file's mix of types: 1 mostly F16, 15 Q4_K_M. */
  fileType: number;
};

// Hard-coded in llama.cpp's gemma3n.
const altupInputs = 4;
const laurelRank = 64;
const perLayerWidth = 256;
const layersWithOwnKeys = 20;
const sparseLayers = 10;

export function tinyGemma3n({
  layers = 2,
  contextLength = 8192,
}: {
  layers?: number;
  contextLength?: number;
}): Gemma3nDimensions {
  // With one layer there is no sliding window, and llama.cpp aborts the process.
  if (layers < 2) throw new RangeError(`a gemma3n model needs two layers, not ${layers}`);
  return {
    name: 'tiny random gemma3n',
    layers,
    width: 64,
    feedForward: 128,
    heads: 2,
    keyValueHeads: 1,
    headWidth: 32,
    contextLength,
    slidingLayers: Array.from({ length: layers }, (_, layer) => layer !== layers - 1),
    types: { embedding: 'F16', projection: 'F16', matrix: 'F16', important: 'F16' },
    fileType: 1,
  };
}

/** Gemma-3n E4B as a Q4_K_M file of about 5 GB. */
export function fullGemma3n(): Gemma3nDimensions {
  return {
    name: 'random gemma3n E4B',
    layers: 35,
    width: 2048,
    feedForward: 16_384,
    heads: 8,
    keyValueHeads: 2,
    headWidth: 256,
    contextLength: 32_768,
    slidingLayers: Array.from({ length: 35 }, (_, layer) => (layer + 1) % 5 !== 0),
    types: { embedding: 'Q6_K', projection: 'F16', matrix: 'Q4_K', important: 'Q6_K' },
    fileType: 15,
  };
}

export function gemma3n(
  dimensions: Gemma3nDimensions,
  vocabulary: Vocabulary,
  chatTemplate: string,
): Model {
  const layers = Array.from({ length: dimensions.layers }, (_, layer) => layer);
  return {
    metadata: {
      ...architectureMetadata(dimensions),
      ...vocabularyMetadata(vocabulary, { addEos: false }),
      'tokenizer.chat_template': { type: 'string', value: chatTemplate },
    },
    tensors: [
      ...sharedTensors(dimensions, vocabulary.tokens.length),
      ...layers.flatMap((layer) => [
        ...attentionTensors(dimensions, layer),
        ...feedForwardTensors(dimensions, layer),
        ...altupTensors(dimensions, layer),
      ]),
    ],
  };
}

function architectureMetadata(dimensions: Gemma3nDimensions): Metadata {
  const { layers } = dimensions;
  const count = (value: number) => ({ type: 'uint32', value }) as const;
  const perLayer = (of: (layer: number) => number) =>
    Array.from({ length: layers }, (_, i) => of(i));
  const key = 'gemma3n';
  return {
    'general.architecture': { type: 'string', value: key },
    'general.type': { type: 'string', value: 'model' },
    'general.name': { type: 'string', value: dimensions.name },
    'general.file_type': count(dimensions.fileType),
    'general.quantization_version': count(2),
    [`${key}.context_length`]: count(dimensions.contextLength),
    [`${key}.embedding_length`]: count(dimensions.width),
    [`${key}.embedding_length_per_layer_input`]: count(perLayerWidth),
    [`${key}.block_count`]: count(layers),
    [`${key}.feed_forward_length`]: {
      type: 'list',
      of: 'int32',
      value: perLayer(() => dimensions.feedForward),
    },
    [`${key}.attention.head_count`]: count(dimensions.heads),
    [`${key}.attention.head_count_kv`]: count(dimensions.keyValueHeads),
    [`${key}.attention.key_length`]: count(dimensions.headWidth),
    [`${key}.attention.value_length`]: count(dimensions.headWidth),
    [`${key}.attention.layer_norm_rms_epsilon`]: { type: 'float32', value: 1e-6 },
    [`${key}.attention.sliding_window`]: count(512),
    [`${key}.attention.sliding_window_pattern`]: {
      type: 'list',
      of: 'bool',
      value: dimensions.slidingLayers,
    },
    [`${key}.attention.shared_kv_layers`]: count(Math.max(0, layers - layersWithOwnKeys)),
    [`${key}.rope.freq_base`]: { type: 'float32', value: 1e6 },
    [`${key}.altup.active_idx`]: count(0),
    [`${key}.altup.num_inputs`]: count(altupInputs),
    [`${key}.activation_sparsity_scale`]: {
      type: 'list',
      of: 'float32',
      value: perLayer((layer) => (layer < sparseLayers ? 1.6448534 : 0)),
    },
  };
}

function sharedTensors({ layers, width, types }: Gemma3nDimensions, tokens: number): Tensor[] {
  const perLayers = perLayerWidth * layers;
  return [
    matrix('altup_proj', types.projection, [width, width, altupInputs - 1]),
    matrix('altup_unembd_proj', types.projection, [width, width, altupInputs - 1]),
    matrix('per_layer_token_embd', types.embedding, [perLayers, tokens]),
    matrix('per_layer_model_proj', types.projection, [width, perLayers]),
    norm('per_layer_proj_norm', perLayerWidth),
    matrix('token_embd', types.embedding, [width, tokens]),
    norm('output_norm', width),
  ];
}

function attentionTensors(dimensions: Gemma3nDimensions, layer: number): Tensor[] {
  const { width, heads, keyValueHeads, headWidth, types, layers } = dimensions;
  const block = `blk.${layer}`;
  const valueType = isImportant(layer, layers) ? types.important : types.matrix;
  return [
    norm(`${block}.attn_norm`, width),
    matrix(`${block}.attn_q`, types.matrix, [width, heads * headWidth]),
    matrix(`${block}.attn_k`, types.matrix, [width, keyValueHeads * headWidth]),
    matrix(`${block}.attn_v`, valueType, [width, keyValueHeads * headWidth]),
    matrix(`${block}.attn_output`, types.matrix, [heads * headWidth, width]),
    norm(`${block}.attn_q_norm`, headWidth),
    norm(`${block}.attn_k_norm`, headWidth),
    norm(`${block}.post_attention_norm`, width),
    matrix(`${block}.laurel_l`, types.projection, [width, laurelRank]),
    matrix(`${block}.laurel_r`, types.projection, [laurelRank, width]),
    norm(`${block}.laurel_post_norm`, width),
  ];
}

function feedForwardTensors(dimensions: Gemma3nDimensions, layer: number): Tensor[] {
  const { width, feedForward, types, layers } = dimensions;
  const block = `blk.${layer}`;
  const downType = isImportant(layer, layers) ? types.important : types.matrix;
  return [
    norm(`${block}.ffn_norm`, width),
    matrix(`${block}.ffn_gate`, types.matrix, [width, feedForward]),
    matrix(`${block}.ffn_up`, types.matrix, [width, feedForward]),
    matrix(`${block}.ffn_down`, downType, [feedForward, width]),
    norm(`${block}.post_ffw_norm`, width),
  ];
}

function altupTensors({ width, types }: Gemma3nDimensions, layer: number): Tensor[] {
  const block = `blk.${layer}`;
  const coefficients = (name: string, rows: number): Tensor => ({
    name: `${block}.${name}.weight`,
    type: 'F32',
    shape: [altupInputs, rows],
    deviation: 0.1,
  });
  return [
    coefficients('altup_predict_coef', altupInputs ** 2),
    coefficients('altup_correct_coef', altupInputs),
    norm(`${block}.altup_correct_scale`, width),
    matrix(`${block}.altup_router`, 'F32', [width, altupInputs]),
    norm(`${block}.altup_router_norm`, width),
    matrix(`${block}.inp_gate`, types.matrix, [width, perLayerWidth]),
    matrix(`${block}.proj`, types.matrix, [perLayerWidth, width]),
    norm(`${block}.post_norm`, width),
  ];
}

/** The layers to which Q4_K_M gives more bits: the first and last eighth, and every third. */
function isImportant(layer: number, layers: number): boolean {
  const eighth = Math.floor(layers / 8);
  return layer < eighth || layer >= Math.floor((7 * layers) / 8) || (layer - eighth) % 3 === 2;
}

function matrix(name: string, type: TensorType, shape: [number, ...number[]]): Tensor {
  return { name: `${name}.weight`, type, shape, deviation: 1 / Math.sqrt(shape[0]) };
}

function norm(name: string, width: number): Tensor {
  return { name: `${name}.weight`, type: 'F32', shape: [width], constant: 1 };
}
