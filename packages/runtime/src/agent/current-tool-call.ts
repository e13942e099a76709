import { AsyncLocalStorage } from 'node:async_hooks';

/** A call of a tool that the model asked for, as its hooks see it. */
export interface ToolCall {
  readonly name: string;
  /** As the model sent them, once they have been checked. */
  readonly arguments: Readonly<Record<string, unknown>>;
  /** What the tool returned; undefined before. An `after_toolcall` hook may put another value in its place. */
  result: unknown;
}

const currentCall = new AsyncLocalStorage<ToolCall>();

/** Runs `body` so that `context.toolCall` inside it, however deep, is this call. */
export function withToolCall<T>(call: ToolCall, body: () => T): T {
  return currentCall.run(call, body);
}

/** The call that this code is part of; undefined anywhere else. */
export function currentToolCall(): ToolCall | undefined {
  return currentCall.getStore();
}
