import { failAsJson } from '../fail-as-json.ts';
import { runMesh } from './run-mesh.ts';
import { readRequest, type UpFlags } from './up-request.ts';

const DEFAULT_MESH_FILE = 'mesh.yaml';

/**
 * The work of `baton up`.
 * @throws {BatonError} INVALID_ARGUMENT for what is wrong with the flags or the mesh file; see `runMesh` and `upDetached`.
 */
export async function up(meshFile: string | undefined, flags: UpFlags): Promise<void> {
  await failAsJson(flags.json, async () => {
    const request = await readRequest(meshFile ?? DEFAULT_MESH_FILE, flags);
    if (!flags.detach) return await runMesh({ ...request, claims: true });
    const { upDetached } = await import('./detach.ts');
    await upDetached(request, flags.json ?? false);
  });
  process.exit(0);
}
