export type ChatTemplate = 'gemma' | 'chatml';

/** The shape of Gemma's own template: roles alternate, a system text joins the first user turn. */
const gemma = `{{ bos_token }}
{%- set first_prefix = '' -%}
{%- set turns = messages -%}
{%- if messages[0]['role'] == 'system' -%}
  {%- set first_prefix = messages[0]['content'] + '\\n\\n' -%}
  {%- set turns = messages[1:] -%}
{%- endif -%}
{%- for message in turns -%}
  {%- if (message['role'] == 'user') != (loop.index0 % 2 == 0) -%}
    {{ raise_exception('Conversation roles must alternate user/assistant/user/assistant/...') }}
  {%- endif -%}
  {%- set role = 'model' if message['role'] == 'assistant' else message['role'] -%}
  {{ '<start_of_turn>' + role + '\\n' + (first_prefix if loop.first else '') }}
  {{- message['content'] | trim -}}
  {{ '<end_of_turn>\\n' }}
{%- endfor -%}
{%- if add_generation_prompt -%}
  {{ '<start_of_turn>model\\n' }}
{%- endif -%}
`;

const chatml = `{%- for message in messages -%}
  {{ '<|im_start|>' + message['role'] + '\\n' + message['content'] + '<|im_end|>\\n' }}
{%- endfor -%}
{%- if add_generation_prompt -%}
  {{ '<|im_start|>assistant\\n' }}
{%- endif -%}
`;

export const chatTemplates: Record<ChatTemplate, string> = { gemma, chatml };
