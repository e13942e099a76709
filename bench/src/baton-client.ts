import { type AskOptions, BatonError, join, type Mesh } from '@baton/runtime';

/** The caller's side of Baton: the public `ask` and `stream`. */
export class BatonClient implements AsyncDisposable {
  readonly mesh: Mesh;

  private constructor(mesh: Mesh) {
    this.mesh = mesh;
  }

  static async join(server: string, owner: string): Promise<BatonClient> {
    const mesh = await join({ server, owner, name: 'bench' });
    await mesh.synced();
    return new BatonClient(mesh);
  }

  /** Asks and checks that the question comes back. @throws {BatonError} what went wrong. */
  async echo(agent: string, text: string, options: AskOptions = {}): Promise<void> {
    const { success, response, error } = await this.mesh.ask(agent, text, options);
    if (!success) throw BatonError.from(error);
    if (response !== text)
      throw new BatonError('INTERNAL', `"${agent}" did not answer with what it was sent`);
  }

  /** Reads a stream to its end; resolves with the text of its chunks. @throws {BatonError} what went wrong. */
  async stream(agent: string): Promise<string> {
    let text = '';
    for await (const event of this.mesh.stream(agent, 'say it')) {
      if (event.type === 'text') text += event.text;
      else if (event.type === 'result' && !event.result.success) throw BatonError.from(event.result.error);
    }
    return text;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.mesh.close();
  }
}
