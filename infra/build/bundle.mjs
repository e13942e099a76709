/**
 * The last step of a package's build: `node bundle.mjs <package> ...`, run in its folder. Writes a file for each entry of its
 * "exports" to `dist/bundle/`, and what several of them share, or what is loaded late, to files of its own below `chunks/`: no class
 * is ever there twice. The packages named are taken in, without what of them nobody uses; all others stay imports. It stands
 * on what `tsc -b` has written to `dist/`.
 */
import { readFile } from 'node:fs/promises';
import { relative, resolve } from 'node:path';
import { build } from 'vite';

const BUILT = resolve('dist');
const BUNDLE = resolve(BUILT, 'bundle');

/**
 * The maps name our sources, as those of tsc do, and nothing of what was taken in: a process that wants maps reads them at its
 * start and keeps them.
 */
const ownMaps = {
  name: 'own-maps',
  async load(id) {
    if (id.startsWith('\0') || !/\.[cm]?js$/.test(id)) return null;
    const code = await readFile(id, 'utf8');
    if (!id.startsWith(BUILT)) return { code, map: { mappings: '' } };
    return { code, map: JSON.parse(await readFile(`${id}.map`, 'utf8')) };
  },
};

/** What the package exports from the bundle: name there to file of tsc. */
async function entries() {
  const manifest = JSON.parse(await readFile('package.json', 'utf8'));
  const files = Object.values(manifest.exports).map((entry) => relative(BUNDLE, resolve(entry.default)));
  return Object.fromEntries(files.map((file) => [file.replace(/\.js$/, ''), resolve(BUILT, file)]));
}

const input = await entries();

/** All that is loaded with a module, itself included. */
function loadedWith(id, getModuleInfo, found = new Set()) {
  if (found.has(id)) return found;
  found.add(id);
  for (const next of getModuleInfo(id)?.importedIds ?? []) loadedWith(next, getModuleInfo, found);
  return found;
}

/** In which file a module is: few files, because each is read, resolved and linked on its own, at every start. */
function fileOf(id, { getModuleInfo }) {
  const isIn = (entry) => loadedWith(input[entry], getModuleInfo).has(id);
  // tsx writes anew, and keeps, what has an `import()` in it.
  if (getModuleInfo(id)?.dynamicallyImportedIds.length > 0) return 'late';
  // The wire runs in a browser: it must not come with the rest.
  if ('wire/index' in input && isIn('wire/index')) return 'wire';
  return Object.keys(input).some(isIn) ? 'core' : undefined;
}

await build({
  configFile: false,
  envDir: false,
  publicDir: false,
  logLevel: 'warn',
  plugins: [ownMaps],
  // One letter beyond Latin-1 and a process holds the text of the whole file at two bytes a letter.
  esbuild: { charset: 'ascii' },
  ssr: { target: 'node', external: true, noExternal: process.argv.slice(2) },
  build: {
    ssr: true,
    target: 'node20',
    outDir: BUNDLE,
    emptyOutDir: true,
    minify: false,
    sourcemap: true,
    // Whoever passes a package on passes on the licences of what is in it.
    license: { fileName: 'licenses.md' },
    rollupOptions: {
      input,
      preserveEntrySignatures: 'strict',
      // Where others have put a hint for bundlers that this one cannot read is not ours to mend.
      onwarn: (warning, warn) => warning.code === 'INVALID_ANNOTATION' || warn(warning),
      output: {
        entryFileNames: '[name].js',
        chunkFileNames: 'chunks/[name]-[hash].js',
        manualChunks: fileOf,
        onlyExplicitManualChunks: true,
        sourcemapExcludeSources: true,
      },
    },
  },
});
