import { BatonError } from '../wire/error.ts';
import { extractiveModel } from './extractive.ts';
import type { Model } from './model.ts';
import { openAiModel } from './openai.ts';

/** The environment variables a model may read. */
export type ModelEnv = Readonly<Record<string, string | undefined>>;

/** Makes the model `name` of one provider. */
export type ModelProvider = (name: string, env: ModelEnv) => Model;

/**
 * The providers Baton ships. Pass `{ ...MODEL_PROVIDERS, acme: (name, env) => … }` to `resolveModel` to add one.
 *
 * `openai` reads OPENAI_API_KEY and OPENAI_BASE_URL; without a key it gives `local/extractive`, so that an agent written
 * for a hosted model still answers. Look at `model.name` to see which one it is.
 */
export const MODEL_PROVIDERS: Readonly<Record<string, ModelProvider>> = {
  openai: (name, env) => {
    const apiKey = env.OPENAI_API_KEY;
    return apiKey
      ? openAiModel(name, { apiKey, baseUrl: env.OPENAI_BASE_URL || undefined })
      : extractiveModel();
  },
  local: (name) => {
    if (name !== 'extractive') throw invalid(`local/${name}`, 'the only local model is local/extractive');
    return extractiveModel();
  },
};

/**
 * The model an agent runs on. `spec` is `provider/name` (the name may contain slashes), a model of the author's own, or
 * undefined for an agent without one.
 *
 * BATON_MODEL, when set, replaces a `provider/name`; without a slash it names an `openai` model, if OPENAI_API_KEY is
 * set. A model given as an object and the absence of one are the author's decisions and stay.
 * @throws {BatonError} INVALID_ARGUMENT for a malformed name, an unknown provider, naming the known ones, or an object
 * that is no model
 */
export function resolveModel(
  spec: string | Model | undefined,
  env: ModelEnv = process.env,
  providers: Readonly<Record<string, ModelProvider>> = MODEL_PROVIDERS,
): Model | undefined {
  if (typeof spec !== 'string') return checkOwn(spec);
  const wanted = chosen(spec, env);
  const [, provider = '', name = ''] = /^([^/\s]+)\/(\S+)$/.exec(wanted) ?? [];
  const known = `known providers: ${Object.keys(providers).sort().join(', ')}`;
  if (name === '') throw invalid(wanted, `expected "provider/name", such as "openai/gpt-4o-mini"; ${known}`);
  const make = Object.hasOwn(providers, provider) ? providers[provider] : undefined;
  if (make === undefined) {
    throw invalid(
      wanted,
      `unknown provider "${provider}"; ${known}. A compatible endpoint takes "openai/${wanted}"`,
    );
  }
  return make(name, env);
}

function chosen(spec: string, env: ModelEnv): string {
  const override = env.BATON_MODEL?.trim();
  if (!override) return spec;
  return !override.includes('/') && env.OPENAI_API_KEY ? `openai/${override}` : override;
}

function checkOwn(model: Model | undefined): Model | undefined {
  if (model === undefined) return undefined;
  if (typeof model?.name === 'string' && typeof model.generate === 'function') return model;
  const problem = 'must be "provider/name", or a model of your own with a `name` and `generate()`';
  throw new BatonError('INVALID_ARGUMENT', `"model" ${problem}, not ${describe(model)}`);
}

function describe(value: unknown): string {
  if (typeof value !== 'object' || value === null) return String(value);
  return `an object with ${Object.keys(value).join(', ') || 'nothing in it'}`;
}

function invalid(spec: string, problem: string): BatonError {
  return new BatonError('INVALID_ARGUMENT', `model "${spec}": ${problem}`);
}
