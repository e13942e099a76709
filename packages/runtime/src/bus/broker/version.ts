/** The oldest nats-server Baton supports in full; older ones lose acknowledged updates of replicated streams. */
export const MIN_NATS_SERVER = '2.10.23';

const PRINTED = /nats-server:?\s+(?:version\s+)?v?(\d+\.\d+\.\d+(?:-[0-9A-Za-z.-]+)?)/;

/** The version in what `nats-server --version` prints, or undefined when that is something else. */
export function parseVersion(printed: string): string | undefined {
  return PRINTED.exec(printed)?.[1];
}

/** Whether `version` is `minimum` or newer; a pre-release counts as older than its release. */
export function isAtLeast(version: string, minimum: string = MIN_NATS_SERVER): boolean {
  const [left, right] = [split(version), split(minimum)];
  for (let part = 0; part < 3; part += 1) {
    const difference = (left.numbers[part] ?? 0) - (right.numbers[part] ?? 0);
    if (difference !== 0) return difference > 0;
  }
  return !left.preRelease || right.preRelease;
}

function split(version: string): { numbers: number[]; preRelease: boolean } {
  const dash = version.indexOf('-');
  const release = dash < 0 ? version : version.slice(0, dash);
  return { numbers: release.split('.').map(Number), preRelease: dash >= 0 };
}
