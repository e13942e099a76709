/** One index that `apt-get indextargets` names, by its field names. */
type IndexTarget = Readonly<Record<string, string>>;

/** What `apt-get indextargets` prints, stanza by stanza. */
export function parseIndexTargets(text: string): IndexTarget[] {
  return text
    .split(/\n\s*\n/)
    .map((stanza) =>
      Object.fromEntries([...stanza.matchAll(/^([A-Za-z-]+): ?(.*)$/gm)].map((m) => [m[1], m[2]])),
    )
    .filter((target) => 'Repo-URI' in target);
}

/**
 * The repositories that a Debian machine of that codename gets Debian's `main` from, the surest first: those that say they are
 * Debian, then (nothing is known of a repository before the first `apt-get update`) those that also hold the codename's updates.
 */
export function debianRepositories(targets: readonly IndexTarget[], codename: string): string[] {
  const main = targets.filter(
    (t) => t.Component === 'main' && t['Created-By'] === 'Packages' && !isSecurity(t),
  );
  const base = main.filter((t) => [codename, ...ALIASES].includes(t.Release ?? ''));
  const saysSo = base.filter((t) => t.Origin === 'Debian');
  const hasUpdates = base.filter((t) =>
    main.some((o) => o['Repo-URI'] === t['Repo-URI'] && o.Release === `${t.Release}-updates`),
  );
  const uris = [...saysSo, ...hasUpdates, ...base].map((t) => t['Repo-URI'] ?? '');
  return [...new Set(uris)].filter((uri) => uri !== '' && !uri.startsWith('cdrom:'));
}

const ALIASES = ['stable', 'oldstable', 'testing', 'unstable', 'sid'];

function isSecurity(target: IndexTarget): boolean {
  return (target.Release ?? '').endsWith('-security') || (target.Label ?? '').endsWith('-Security');
}

export interface SourceLineOptions {
  readonly repository: string;
  readonly suite: string;
  readonly architecture: string;
  /** The file of Debian's own keys; without it apt uses the keys it trusts for every repository. */
  readonly keyring?: string | undefined;
}

/** The one line of a sources.list that offers a suite's packages and nothing else. */
export function sourceLine({ repository, suite, architecture, keyring }: SourceLineOptions): string {
  const signed = keyring === undefined ? '' : ` signed-by=${keyring}`;
  return `deb [arch=${architecture} target=Packages${signed}] ${repository} ${suite} main\n`;
}

/** The version in what `apt-get download --print-uris` prints, without Debian's revision. */
export function parsePackageVersion(printed: string): string | undefined {
  return /\bnats-server_(?:\d+(?:%3a|:))?([0-9.]+)/i.exec(printed)?.[1];
}
