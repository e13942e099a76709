import { BatonError } from '@baton/runtime';
import { errorJson } from './ask/json.ts';
import { writeOut } from './terminal/output.ts';

/**
 * For commands with `--json`: a failure is the last line of stdout too, as `{"error": {code, message, retryable}}`.
 * @throws what `work` throws, once the line is out.
 */
export async function failAsJson<T>(json: boolean | undefined, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (thrown) {
    if (json) await writeOut(`${JSON.stringify({ error: errorJson(BatonError.from(thrown)) })}\n`);
    throw thrown;
  }
}
