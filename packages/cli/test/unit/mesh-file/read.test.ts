import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { BatonError } from '@baton/runtime';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readMeshFile } from '../../../src/mesh-file/read.ts';

let folder = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'baton-mesh-file-'));
  await writeFile(join(folder, 'billing.ts'), '');
  const shop = join(folder, 'node_modules', '@acme', 'shop');
  await mkdir(shop, { recursive: true });
  await writeFile(join(shop, 'agent.js'), '');
  await writeFile(
    join(shop, 'package.json'),
    '{"name": "@acme/shop", "exports": {"./agent": {"import": "./agent.js"}}}',
  );
});

afterAll(() => rm(folder, { recursive: true, force: true }));

async function read(text: string) {
  await writeFile(join(folder, 'mesh.yaml'), text);
  return await readMeshFile('mesh.yaml', folder);
}

async function problemsOf(text: string): Promise<string[]> {
  try {
    await read(text);
  } catch (error) {
    expect(error).toBeInstanceOf(BatonError);
    expect((error as BatonError).code).toBe('INVALID_ARGUMENT');
    return (error as BatonError).message.split('\n');
  }
  throw new Error('the mesh file was accepted');
}

describe('readMeshFile', () => {
  it('reads agents with their modules found, their environment as text, and where they stand', async () => {
    const plan = await read(`
owner: acme
heartbeat: 500ms
agents:
  billing:
    module: ./billing.ts
    replicas: 3
    env: { DEBUG: true, LIMIT: 5, NAME: x }
  shop: { module: "@acme/shop/agent" }
try:
  - ask: billing
    question: " hello "
`);
    expect(plan).toMatchObject({
      owner: 'acme',
      heartbeatMs: 500,
      questions: [{ ask: 'billing', question: 'hello' }],
    });
    expect(plan.agents).toEqual([
      {
        name: 'billing',
        module: pathToFileURL(join(folder, 'billing.ts')).href,
        replicas: 3,
        env: { DEBUG: 'true', LIMIT: '5', NAME: 'x' },
        origin: 'mesh.yaml:5',
      },
      {
        name: 'shop',
        module: pathToFileURL(join(folder, 'node_modules/@acme/shop/agent.js')).href,
        replicas: 1,
        env: {},
        origin: 'mesh.yaml:9',
      },
    ]);
  });

  it('names the line, the key, what is there and what was expected, from the top down', async () => {
    expect(
      await problemsOf(`ownr: x
heartbeat: 2
agents:
  a.b:
    module: ./billing.ts
  billing:
    modul: ./billing.ts
    replicas: three
    env: { 1X: y, OK: [1] }
  empty:
`),
    ).toEqual([
      'mesh.yaml:1: the file takes no key "ownr" (did you mean "owner"?); expected one of: owner, heartbeat, agents, try',
      'mesh.yaml:2: "heartbeat" is 2; expected a duration from 100ms to 10m, such as "2s"',
      'mesh.yaml:4: "agents" has the key "a.b"; expected a name of 1 to 63 characters of a-z, 0-9, "-" and "_", beginning with a letter or digit',
      'mesh.yaml:6: "agents.billing.module" is missing; expected a package such as "@baton/agents/billing-department", or a file such as "./billing.ts"',
      'mesh.yaml:7: "agents.billing" takes no key "modul" (did you mean "module"?); expected one of: module, replicas, scale, env',
      'mesh.yaml:8: "agents.billing.replicas" is "three"; expected a whole number from 0 to 1000',
      'mesh.yaml:9: "agents.billing.env" has the key "1X"; expected the name of an environment variable',
      'mesh.yaml:9: "agents.billing.env.OK" is a list; expected a text, a number or a boolean',
      'mesh.yaml:10: "agents.empty" is empty; expected an agent with at least its "module"',
    ]);
  });

  it.each([
    ['an empty file', '', 'mesh.yaml:1: the file is empty'],
    ['a list', '- a\n', 'mesh.yaml:1: the file is a list'],
    ['no agents', 'agents: {}\n', 'mesh.yaml:1: "agents" is empty; expected at least one agent'],
    ['a tab', 'agents:\n\ta: 1\n', 'mesh.yaml:2: this is no YAML: Tabs'],
    [
      'a key twice',
      'agents:\n  a: { module: ./billing.ts }\n  a: { module: ./billing.ts }\n',
      'mesh.yaml:3: the key "a"',
    ],
    ['a loose alias', 'agents: *none\n', 'mesh.yaml:1: "*none" refers to nothing'],
    ['two documents', 'owner: a\n---\nowner: b\n', 'mesh.yaml:2: a second document begins here'],
    [
      'too many replicas',
      'agents:\n  a:\n    module: ./billing.ts\n    replicas: 1001\n',
      'mesh.yaml:4: "agents.a.replicas" is 1001',
    ],
    [
      'half a replica',
      'agents:\n  a:\n    module: ./billing.ts\n    replicas: 1.5\n',
      'mesh.yaml:4: "agents.a.replicas" is 1.5',
    ],
    [
      'a heartbeat too fast',
      'heartbeat: 10ms\nagents:\n  a: { module: ./billing.ts }\n',
      'mesh.yaml:1: "heartbeat"',
    ],
  ])('refuses %s', async (_what, text, problem) => {
    expect((await problemsOf(text))[0]).toContain(problem);
  });

  it.each([
    ['./nope.ts', 'does not exist'],
    ['.', 'is a folder, not a module'],
    ['billing.ts', 'is no installed package; for the file write "./billing.ts"'],
    ['@acme/nope', "cannot be resolved: Cannot find package '@acme/nope'"],
    ['@acme/shop/nope', "cannot be resolved: Package subpath './nope' is not defined"],
  ])('says of the module %j at which line it %s', async (module, problem) => {
    const [first] = await problemsOf(`agents:\n  a:\n    module: "${module}"\n`);
    expect(first).toContain('mesh.yaml:3: "agents.a.module"');
    expect(first).toContain(problem);
  });

  it('refuses a question to an agent that is not in the file', async () => {
    const text = 'agents:\n  billing: { module: ./billing.ts }\ntry:\n  - ask: biling\n    question: x\n';
    expect(await problemsOf(text)).toEqual([
      'mesh.yaml:4: "try.0.ask" is "biling", which is no agent of this file (did you mean "billing"?); expected one of: billing',
    ]);
  });

  it('reads between which bounds an agent is scaled, which begins with the fewest', async () => {
    const plan = await read(`
agents:
  plain: { module: ./billing.ts, scale: { max: 8 } }
  full: { module: ./billing.ts, replicas: 2, scale: { min: 0, max: 3, target: 0.5, cooldown: 2m } }
`);
    expect(plan.agents).toMatchObject([
      { replicas: 1, scale: { min: 1, max: 8, target: 0.7, cooldownMs: 30_000 } },
      { replicas: 2, scale: { min: 0, max: 3, target: 0.5, cooldownMs: 120_000 } },
    ]);
  });

  it.each([
    ['{ min: 1 }', 'scale.max" is missing; expected a whole number from 1 to 1000'],
    ['{ min: 9, max: 8 }', 'scale.min" is 9; expected a whole number from 0 to 1000, and not above "max"'],
    ['{ min: -1, max: 8 }', 'scale.min" is -1; expected a whole number from 0 to 1000, and not above "max"'],
    ['{ max: 0 }', 'scale.max" is 0; expected a whole number from 1 to 1000'],
    ['{ max: 8, target: 70 }', 'scale.target" is 70; expected a share from 0.1 to 1, such as 0.7'],
    ['{ max: 8, cooldown: 30 }', 'scale.cooldown" is 30; expected a duration from 1s to 24h, such as "30s"'],
    [
      '{ max: 8, maximum: 8 }',
      'scale" takes no key "maximum" (did you mean "max"?); expected one of: min, max, target, cooldown',
    ],
    ['4', 'scale" is 4; expected bounds, such as "{ min: 1, max: 8 }"'],
    ['{ min: 2, max: 4 }', 'replicas" is 1; expected a number within its "scale", 2 to 4'],
  ])('refuses the scale %s', async (scale, problem) => {
    const text = `agents:\n  a:\n    module: ./billing.ts\n    replicas: 1\n    scale: ${scale}\n`;
    expect(await problemsOf(text)).toEqual([expect.stringContaining(`"agents.a.${problem}`)]);
  });

  it('says what to do when there is no mesh file', async () => {
    await expect(readMeshFile('nowhere.yaml', folder)).rejects.toThrow(
      /there is no mesh file nowhere\.yaml.*baton up.*baton run/,
    );
  });
});
