import { BatonError, type InstanceView, type Mesh } from '@baton/runtime';
import { type Crew, loadOf, takesWork } from './load-of.ts';
import { Pace } from './pace.ts';
import type { ScaleBounds } from './scale-bounds.ts';
import { type Load, wantedReplicas } from './wanted.ts';

/** An agent of the mesh's own owner, and between which bounds it is scaled. */
export interface ScaledAgent {
  readonly agent: string;
  readonly bounds: ScaleBounds;
}

/** Tells an agent's processes, after their number was changed if one is given. */
export type ScaleAgent = (agent: string, replicas?: number) => Promise<Crew>;

/** What one look at an agent found. */
export interface Look extends Load {
  readonly agent: string;
  /** How many the load asks for. */
  readonly wanted: number;
  /** How many there are to be now. */
  readonly next: number;
}

export interface ScalerOptions extends ScaledAgent {
  readonly mesh: Pick<Mesh, 'owner' | 'instances' | 'backlog'>;
  readonly scale: ScaleAgent;
  /**
   * Looks after which instances that the supervisor does not know are no accident: it is refused to scale them. Undefined
   * where this is the supervisor itself, which bears its share.
   */
  readonly refusesOthersAfter?: number | undefined;
  /** Milliseconds, by any clock. */
  readonly now?: () => number;
}

/** A beat is never later than its interval; an instance that is by so much has probably died. */
const LATE_BEAT = 1.25;

/** Watches one agent, and decides how many processes it has. */
export class AgentScaler {
  readonly #options: ScalerOptions;
  readonly #pace: Pace;
  readonly #now: () => number;
  #looksWithOthers = 0;
  #isGrowing = false;

  constructor(options: ScalerOptions) {
    this.#options = options;
    this.#pace = new Pace(options.bounds);
    this.#now = options.now ?? (() => performance.now());
  }

  get agent(): string {
    return this.#options.agent;
  }

  /**
   * Sees how things are, and decides; nothing is changed.
   * @throws {BatonError} what keeps it from seeing; FAILED_PRECONDITION when somebody else runs the agent too.
   */
  async look(): Promise<Look> {
    const { mesh, agent, scale, bounds } = this.#options;
    const [crew, backlog] = await Promise.all([scale(agent), mesh.backlog(agent)]);
    const views = mesh.instances().filter((view) => isOf(view, mesh.owner, agent));
    this.#refuseOthers(views, crew);
    const load = loadOf(views, backlog, crew);
    const wanted = wantedReplicas(load, bounds);
    return { agent, ...load, wanted, next: this.#pace.next(load.replicas, wanted, this.#now()) };
  }

  /**
   * Does what a look decided; resolves with false when there was nothing to do, or it grows already.
   * @throws {BatonError} what the supervisor says.
   */
  async act({ replicas, next }: Look): Promise<boolean> {
    const grows = next > replicas;
    if (next === replicas || (grows && this.#isGrowing)) return false;
    this.#isGrowing ||= grows;
    try {
      await this.#options.scale(this.agent, next);
      return true;
    } finally {
      if (grows) this.#isGrowing = false;
    }
  }

  #refuseOthers(views: readonly InstanceView[], { instances }: Crew): void {
    const { refusesOthersAfter: most, agent } = this.#options;
    if (most === undefined) return;
    const other = views.find(
      (view) =>
        takesWork(view) &&
        !instances.includes(view.instance) &&
        Date.now() - view.lastSeen < LATE_BEAT * view.intervalMs,
    );
    this.#looksWithOthers = other ? this.#looksWithOthers + 1 : 0;
    if (!other || this.#looksWithOthers < most) return;
    const { details, instance } = other;
    const where = details?.host === undefined ? instance : `process ${details.pid} on ${details.host}`;
    throw new BatonError(
      'FAILED_PRECONDITION',
      `"${agent}" is run by several supervisors, or by none (${where}); "baton autoscale" scales what one supervisor runs. With "scale" in the mesh file of each, every "baton up" scales its share`,
    );
  }
}

function isOf(view: InstanceView, owner: string, agent: string): boolean {
  return view.kind === 'baton' && view.owner === owner && view.agent === agent;
}
