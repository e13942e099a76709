import { parse, parseAllDocuments } from 'yaml';
import type { Manifest } from './manifest.ts';
import { textAt } from './repository.ts';

interface Kustomization {
  readonly namespace: string;
  readonly resources: readonly string[];
  readonly configMapGenerator: readonly { name: string; files?: string[]; literals?: string[] }[];
  readonly images: readonly { name: string; newTag: string }[];
  readonly patches: readonly { path: string; target: { kind: string; labelSelector?: string } }[];
}

type Json = Readonly<Record<string, unknown>>;

const FOLDER = ['infra', 'kubernetes'];

/** The kustomization of the repository, as it is written. */
export const kustomization = () => parse(textAt(...FOLDER, 'kustomization.yaml')) as Kustomization;

/**
 * What `kubectl kustomize infra/kubernetes` prints, but for the hashes after generated names. It knows what that folder uses:
 * resources, generated ConfigMaps, image tags, a namespace, and patches by kind and one label.
 */
export function render(): Manifest[] {
  const { namespace, resources, configMapGenerator, images, patches } = kustomization();
  const written = resources.flatMap((file) =>
    parseAllDocuments(textAt(...FOLDER, file)).map((document) => {
      if (document.errors.length > 0) throw new Error(`${file}: ${document.errors[0]?.message}`);
      return document.toJS() as Manifest;
    }),
  );
  const patched = written.map((manifest) =>
    patches
      .filter(({ target }) => isMeant(manifest, target))
      .reduce((so, { path }) => {
        const { metadata: _none, ...patch } = parse(textAt(...FOLDER, path)) as Manifest;
        return merge(so, patch) as Manifest;
      }, manifest),
  );
  const generated = configMapGenerator.map(({ name, files = [], literals = [] }) => ({
    kind: 'ConfigMap',
    metadata: { name },
    data: Object.fromEntries([
      ...files.map((file) => [file, textAt(...FOLDER, file)]),
      ...literals.map((literal) => /^([^=]+)=(.*)$/s.exec(literal)?.slice(1) ?? []),
    ]),
    spec: {},
  }));
  const tags = new Map(images.map(({ name, newTag }) => [name, `${name}:${newTag}`]));
  return [...patched, ...generated].map(
    (manifest) =>
      JSON.parse(
        JSON.stringify({ ...manifest, metadata: { ...manifest.metadata, namespace } }),
        (key, value: unknown) => (key === 'image' ? (tags.get(value as string) ?? value) : value),
      ) as Manifest,
  );
}

function isMeant({ kind, metadata }: Manifest, target: { kind: string; labelSelector?: string }): boolean {
  const [label = '', value] = target.labelSelector?.split('=') ?? [];
  return kind === target.kind && (value === undefined || metadata.labels?.[label] === value);
}

/** Objects key by key, lists of named things name by name; anything else is replaced. */
function merge(base: unknown, patch: unknown): unknown {
  if (isNamedList(base) && isNamedList(patch)) {
    const fresh = patch.filter(({ name }) => !base.some((each) => each.name === name));
    return [...base.map((each) => merge(each, patch.find(({ name }) => name === each.name) ?? {})), ...fresh];
  }
  if (!isObject(base) || !isObject(patch)) return patch;
  const merged = Object.entries(patch).map(([key, value]) => [key, merge(base[key], value)]);
  return { ...base, ...Object.fromEntries(merged) };
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isNamedList(value: unknown): value is (Json & { name: string })[] {
  return Array.isArray(value) && value.every((each) => isObject(each) && typeof each.name === 'string');
}
