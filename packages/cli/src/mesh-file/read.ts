import { readFile } from 'node:fs/promises';
import { dirname, relative, resolve } from 'node:path';
import { BatonError } from '@baton/runtime';
import { didYouMean } from '../did-you-mean.ts';
import type { AgentSpec } from '../supervisor/agent-spec.ts';
import { describeIssue } from './describe-issue.ts';
import { invalidFile, type Problem } from './problem.ts';
import { resolveModules } from './resolve-module.ts';
import { MeshFile } from './schema.ts';
import { lineOf, parseSource, type SourceFile } from './source-file.ts';

/** A question to ask once everything is up. */
export interface TryQuestion {
  readonly ask: string;
  readonly question: string;
}

/** What to launch: a mesh file, checked and with its modules found. */
export interface MeshPlan {
  /** Absolute path of the mesh file, or of what `baton run` was given. */
  readonly file: string;
  readonly owner: string;
  /** Undefined leaves it to the runtime's default. */
  readonly heartbeatMs: number | undefined;
  readonly agents: readonly AgentSpec[];
  readonly questions: readonly TryQuestion[];
}

/**
 * Reads a mesh file. Nothing is launched or loaded.
 * @throws {BatonError} INVALID_ARGUMENT naming line, key, problem and what was expected, for every problem found.
 */
export async function readMeshFile(path: string, cwd: string): Promise<MeshPlan> {
  const file = resolve(cwd, path);
  const source = parseSource(relative(cwd, file) || path, await readText(file, path));
  const checked = MeshFile.safeParse(source.document.toJS() ?? null);
  if (!checked.success) {
    throw invalidFile(
      source.name,
      checked.error.issues.flatMap((issue) => describeIssue(source, issue)),
    );
  }
  const { owner, heartbeat, try: questions } = checked.data;
  const { agents, problems } = await findModules(source, checked.data, dirname(file));
  problems.push(...unknownAgents(source, checked.data), ...outOfBounds(source, checked.data));
  if (problems.length > 0) throw invalidFile(source.name, problems);
  return { file, owner, heartbeatMs: heartbeat, agents, questions };
}

async function readText(file: string, path: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    const { code = 'EIO' } = error as NodeJS.ErrnoException;
    const problem = ['ENOENT', 'ENOTDIR'].includes(code)
      ? `there is no mesh file ${path}. Name one ("npx baton up path/to/mesh.yaml"), write one ("npx baton up --help" shows how), or launch one agent without any ("npx baton run agent.ts")`
      : `the mesh file ${path} cannot be read: ${code === 'EISDIR' ? 'it is a folder' : code}`;
    throw new BatonError('INVALID_ARGUMENT', problem, { cause: error });
  }
}

function unknownAgents(source: SourceFile, mesh: MeshFile): Problem[] {
  const known = Object.keys(mesh.agents);
  return mesh.try.flatMap(({ ask }, at) => {
    if (known.includes(ask)) return [];
    const path = ['try', at, 'ask'];
    const said = `"${path.join('.')}" is ${JSON.stringify(ask)}, which is no agent of this file`;
    const text = `${said}${didYouMean(ask, known)}; expected one of: ${known.join(', ')}`;
    return [{ line: lineOf(source, path), text }];
  });
}

/** An agent that is scaled begins within its bounds. */
function outOfBounds(source: SourceFile, mesh: MeshFile): Problem[] {
  return Object.entries(mesh.agents).flatMap(([name, { replicas, scale }]) => {
    if (!scale || replicas === undefined || (replicas >= scale.min && replicas <= scale.max)) return [];
    const path = ['agents', name, 'replicas'];
    const text = `"${path.join('.')}" is ${replicas}; expected a number within its "scale", ${scale.min} to ${scale.max}`;
    return [{ line: lineOf(source, path), text }];
  });
}

async function findModules(
  source: SourceFile,
  mesh: MeshFile,
  folder: string,
): Promise<{ agents: AgentSpec[]; problems: Problem[] }> {
  const problems: Problem[] = [];
  const entries = Object.entries(mesh.agents);
  const modules = await resolveModules(
    entries.map(([, { module }]) => module),
    folder,
  );
  const agents = entries.map(([name, { module, scale, replicas = scale?.min ?? 1, env }], at) => {
    const path = ['agents', name, 'module'];
    const found = modules[at] ?? { problem: 'cannot be resolved' };
    if ('problem' in found) {
      const text = `"${path.join('.')}" is ${JSON.stringify(module)}, which ${found.problem}`;
      problems.push({ line: lineOf(source, path), text });
    }
    const url = 'url' in found ? found.url : '';
    const origin = `${source.name}:${lineOf(source, ['agents', name])}`;
    return { name, module: url, replicas, scale, env, origin };
  });
  return { agents, problems };
}
