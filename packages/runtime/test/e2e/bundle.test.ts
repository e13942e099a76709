import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { isBuiltin } from 'node:module';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import * as source from '../../src/index.ts';

const PACKAGE = fileURLToPath(new URL('../..', import.meta.url));
const BUNDLE = join(PACKAGE, 'dist', 'bundle');

/** Runs a module in the package's folder on what was built, as a user's program would; what it writes as JSON. */
async function onBundle(script: string, flags: readonly string[] = []): Promise<unknown> {
  const args = [...flags, '--input-type=module', '--eval', script];
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: PACKAGE });
  return JSON.parse(stdout);
}

/** Prints the URL of each module that is loaded from a file. */
const LIST_LOADED = `data:text/javascript,${encodeURIComponent(`
  import { register } from 'node:module';
  const hook = "import { writeSync } from 'node:fs'; export function load(url, context, next) {"
    + "if (url.startsWith('file:')) writeSync(1, url + '\\\\n'); return next(url, context); }";
  register('data:text/javascript,' + encodeURIComponent(hook));
`)}`;

async function filesLoadedBy(script: string): Promise<string[]> {
  const args = ['--import', LIST_LOADED, '--input-type=module', '--eval', script];
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: PACKAGE });
  return stdout
    .trim()
    .split('\n')
    .map((url) => fileURLToPath(url));
}

/** What a file of the bundle imports: at once, and with `late` when it needs it, too. */
async function importsOf(file: string, { late = false } = {}): Promise<string[]> {
  const text = await readFile(file, 'utf8');
  const found = [...text.matchAll(/^(?:import|export) [^;]*?["']([^"']+)["'];/gm)];
  if (late) found.push(...text.matchAll(/\bimport\(["']([^"']+)["']\)/g));
  return found.map(([, name]) => name ?? '');
}

it('loads four files, no package, and nothing it may never need when the runtime is imported', async () => {
  const loaded = await filesLoadedBy("await import('@baton/runtime')");
  const names = loaded.map((file) => relative(BUNDLE, file));
  expect(names).toContain('index.js');
  // A path that leads out of the bundle is a package, or one of tsc's files.
  expect(names.filter((name) => /^\.\.|knowledge|extract-answer/.test(name))).toEqual([]);
  // The entry, what it shares with other sub-paths, the wire, and how to load the rest.
  expect(names).toHaveLength(4);
});

it('has taken in nothing of zod in other languages than English', async () => {
  const loaded = await filesLoadedBy("await import('@baton/runtime')");
  const texts = await Promise.all(loaded.map((file) => readFile(file, 'utf8')));
  // How its German, its French and its Japanese begin to say that a value is wrong.
  expect(texts.filter((text) => /Ungültig|Entrée invalide|無効な入力/.test(text))).toEqual([]);
  expect(texts.filter((text) => text.includes('Invalid input'))).not.toEqual([]);
});

it('imports only what the package depends on', async () => {
  const { dependencies } = JSON.parse(await readFile(join(PACKAGE, 'package.json'), 'utf8'));
  const files = (await readdir(BUNDLE, { recursive: true })).filter((name) => name.endsWith('.js'));
  const imports = await Promise.all(files.map((name) => importsOf(join(BUNDLE, name), { late: true })));
  expect(imports.flat()).toContain('openai');
  const foreign = imports.flat().filter((name) => !name.startsWith('.') && !isBuiltin(name));
  expect(foreign.filter((name) => !(name in dependencies))).toEqual([]);
});

it('exports from the bundle what the sources export', async () => {
  const names = await onBundle(
    "console.log(JSON.stringify(Object.keys(await import('@baton/runtime')).sort()))",
  );
  expect(names).toEqual(Object.keys(source).sort());
});

it('has each class once, whatever sub-path it is imported from', async () => {
  const same = await onBundle(`
    import { BaseAgent, BatonError, HandoffError, parseAddress } from '@baton/runtime';
    import * as wire from '@baton/runtime/wire';
    import { startBroker } from '@baton/runtime/testing';
    import { Registry } from '@baton/runtime/rules';
    process.env.BATON_NATS_SERVER = '/nowhere';
    const broker = await startBroker().catch((error) => error);
    const rules = await new Registry({ bus: {}, owner: 'test' }).lookUp({ owner: 'test', agent: 'desk' });
    console.log(JSON.stringify({
      wire: BatonError === wire.BatonError && HandoffError === wire.HandoffError && parseAddress === wire.parseAddress,
      testing: broker instanceof wire.BatonError && broker.code,
      rules: rules.status,
    }));
  `);
  expect(same).toEqual({ wire: true, testing: 'FAILED_PRECONDITION', rules: 'unknown' });
});

it('takes schemas of the zod its user has installed', async () => {
  const seen = await onBundle(`
    import { BaseAgent, defineSkill } from '@baton/runtime';
    import { scriptedModel } from '@baton/runtime/testing';
    import { z } from 'zod';
    const call = (args) => [{ type: 'tool_call', id: '1', name: 'weather', arguments: args }];
    const model = scriptedModel(call('{"city":5}'), call('{"city":"Paris"}'), '{"sky":"clear"}');
    const told = [];
    const weather = {
      description: 'the weather',
      parameters: z.object({ city: z.string().describe('where'), day: z.string().default('today') }),
      execute: (args) => { told.push(args); return 'clear'; },
    };
    const agent = new BaseAgent({
      name: 'weather',
      model,
      skills: { sky: defineSkill({ tools: { weather } }) },
      output: z.object({ sky: z.enum(['clear', 'cloudy']) }),
    });
    const { success, output } = await agent.run('in Paris?');
    const { tools, messages } = model.requests[1];
    console.log(JSON.stringify({
      success, output, told, parameters: tools[0].parameters, refused: messages.at(-1).content,
    }));
  `);
  expect(seen).toMatchObject({
    success: true,
    told: [{ city: 'Paris', day: 'today' }],
    parameters: { properties: { city: { type: 'string', description: 'where' } }, required: ['city'] },
    refused: expect.stringContaining('city'),
  });
});

it('names the sources in a stack', async () => {
  const stack = await onBundle(
    `import { BaseAgent } from '@baton/runtime';
     try { new BaseAgent({ name: 'No Name' }); } catch (error) { console.log(JSON.stringify(error.stack)); }`,
    ['--enable-source-maps'],
  );
  expect(stack).toContain(join(PACKAGE, 'src', 'agent', 'agent.ts'));
});

it('keeps the wire free of whatever a browser has not', async () => {
  const reached = new Set<string>();
  const visit = async (file: string): Promise<void> => {
    if (reached.has(file)) return;
    reached.add(file);
    const names = await importsOf(file);
    expect(names.filter((name) => !name.startsWith('.'))).toEqual([]);
    for (const name of names) await visit(resolve(dirname(file), name));
  };
  await visit(join(BUNDLE, 'wire', 'index.js'));
  expect(reached.size).toBeGreaterThan(1);
});
