import type { ModelMessage, ModelToolCall } from '../model/model.ts';
import { explainIssue } from '../wire/envelope.ts';
import { BatonError } from '../wire/error.ts';
import { type ToolCall, withToolCall } from './current-tool-call.ts';
import type { HandoffTool } from './handoff-tools.ts';
import { checkJson } from './json-fields.ts';
import { loggable } from './loggable.ts';
import type { Tool } from './plan.ts';
import type { Run } from './run.ts';
import { runHooks, runLateHooks } from './run-hooks.ts';

/** Calls one tool for the model. What goes wrong is told to the model, which can do better; it never ends the run. */
export async function callTool(
  run: Run,
  call: ModelToolCall,
  handoffs: ReadonlyMap<string, HandoffTool>,
): Promise<ModelMessage> {
  const { context, plan } = run;
  const answer = (content: string): ModelMessage => ({ role: 'tool', toolCallId: call.id, content });
  const handoff = handoffs.get(call.name);
  const tool = plan.tools.get(call.name);
  if (!tool && !handoff) return answer(`Error: there is no tool ${JSON.stringify(call.name)}`);
  run.emit({ type: 'tool', name: call.name });
  try {
    const args = readArguments(call, tool?.parameters);
    const toolCall: ToolCall = { name: call.name, arguments: args, result: undefined };
    const result = await withToolCall(toolCall, async () => {
      await runHooks(plan.hooks.before_toolcall, context);
      toolCall.result = tool ? await tool.call(args, context) : await handoff?.call(run, args);
      await runLateHooks(plan.hooks.after_toolcall, context);
      return toolCall.result;
    });
    return answer(toText(call.name, result));
  } catch (error) {
    context.log.warn({ tool: call.name, err: loggable(error) }, 'a tool failed; the model is told');
    return answer(`Error: ${BatonError.from(error).message}`);
  }
}

type Arguments = Record<string, unknown>;

function readArguments({ name, arguments: text }: ModelToolCall, parameters: Tool['parameters']): Arguments {
  const value = parseArguments(name, text || '{}');
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new Error(`the arguments of the tool "${name}" must be a JSON object`);
  }
  if (!parameters) return value as Arguments;
  const parsed = parameters.safeParse(value);
  if (parsed.success) return parsed.data;
  const problem = explainIssue(parsed.error);
  const isOfOne = (parsed.error.issues[0]?.path.length ?? 0) > 0;
  throw new Error(isOfOne ? `argument ${problem}` : `the arguments of the tool "${name}": ${problem}`);
}

function parseArguments(tool: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new Error(`the arguments of the tool "${tool}" are no JSON: ${(cause as Error).message}`, {
      cause,
    });
  }
}

/** Nothing is an answer. @throws {Error} for what JSON cannot say, or would lose without a word. */
function toText(tool: string, value: unknown): string {
  if (typeof value === 'string') return value;
  if (value === undefined) return 'done';
  try {
    checkJson('result', value);
    return JSON.stringify(value);
  } catch (cause) {
    const reason = (cause as Error).message;
    throw new Error(`the tool "${tool}" returned what JSON cannot hold: ${reason}`, { cause });
  }
}
