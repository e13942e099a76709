import type { ModelMessage, ModelToolCall } from '../model/model.ts';
import { explainIssue } from '../wire/envelope.ts';
import { BatonError } from '../wire/error.ts';
import type { HandoffTool } from './handoff-tools.ts';
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
    await runHooks(plan.hooks.before_toolcall, context);
    const value = tool ? await tool.call(args, context) : await handoff?.call(run, args);
    await runLateHooks(plan.hooks.after_toolcall, context);
    return answer(toText(call.name, value));
  } catch (error) {
    context.log.warn({ tool: call.name, err: loggable(error) }, 'a tool failed; the model is told');
    return answer(`Error: ${BatonError.from(error).message}`);
  }
}

function readArguments({ name, arguments: text }: ModelToolCall, parameters: Tool['parameters']): unknown {
  const value = parseArguments(name, text || '{}');
  if (!parameters) return value;
  const parsed = parameters.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new Error(`argument ${explainIssue(parsed.error)}`);
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

/** A value JSON has no word for (undefined, a function) is no answer. @throws {Error} for one it cannot hold. */
function toText(tool: string, value: unknown): string {
  if (typeof value === 'string') return value;
  try {
    const text: string | undefined = JSON.stringify(value);
    return text ?? 'done';
  } catch (cause) {
    const reason = (cause as Error).message;
    throw new Error(`the tool "${tool}" returned what JSON cannot hold: ${reason}`, { cause });
  }
}
