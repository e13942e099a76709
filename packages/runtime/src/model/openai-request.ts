import type {
  ChatCompletionCreateParamsStreaming,
  ChatCompletionMessageParam,
  ChatCompletionTool,
} from 'openai/resources/chat/completions';
import type { ResponseFormatJSONSchema } from 'openai/resources/shared';
import type { ModelMessage, ModelOutput, ModelRequest, ModelTool } from './model.ts';
import type { Passage } from './retriever.ts';
import { toStrictSchema } from './strict-schema.ts';

/** The Chat Completions request for one turn. */
export function toChatCompletion(request: ModelRequest, model: string): ChatCompletionCreateParamsStreaming {
  const system = [request.instructions, referenceMaterial(request.passages)]
    .filter((text) => text !== '')
    .join('\n\n');
  const messages = request.messages.map(toMessage);
  return {
    model,
    messages: system === '' ? messages : [{ role: 'system', content: system }, ...messages],
    // An empty list is refused by the API.
    ...(request.tools.length > 0 && { tools: request.tools.map(toTool) }),
    ...(request.output && { response_format: toResponseFormat(request.output) }),
    stream: true,
    stream_options: { include_usage: true },
  };
}

function referenceMaterial(passages: readonly Passage[]): string {
  if (passages.length === 0) return '';
  const articles = passages.map(({ title, text }) => `## ${title}\n${text}`);
  return [
    '# Reference material',
    'Passages from the articles of this agent, best match first. Answer from them where they fit; do not invent facts they do not state.',
    ...articles,
  ].join('\n\n');
}

/** Strict, so that the provider itself holds the model to it, where the schema allows that. */
function toResponseFormat({ name, schema }: ModelOutput): ResponseFormatJSONSchema {
  const strict = toStrictSchema(schema);
  return {
    type: 'json_schema',
    json_schema: { name, schema: strict ?? { ...schema }, strict: strict !== undefined },
  };
}

function toMessage(message: ModelMessage): ChatCompletionMessageParam {
  switch (message.role) {
    case 'system':
    case 'user':
      return { role: message.role, content: message.content };
    case 'tool':
      return { role: 'tool', tool_call_id: message.toolCallId, content: message.content };
    case 'assistant': {
      const { content, toolCalls = [] } = message;
      if (toolCalls.length === 0) return { role: 'assistant', content };
      return {
        role: 'assistant',
        content: content === '' ? null : content,
        tool_calls: toolCalls.map((call) => ({
          id: call.id,
          type: 'function',
          function: { name: call.name, arguments: call.arguments },
        })),
      };
    }
  }
}

function toTool(tool: ModelTool): ChatCompletionTool {
  const { name, description, parameters } = tool;
  return {
    type: 'function',
    function: { name, parameters, ...(description !== undefined && { description }) },
  };
}
