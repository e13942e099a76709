import { describe, expect, it } from 'vitest';
import {
  debianRepositories,
  parseIndexTargets,
  parsePackageVersion,
  sourceLine,
} from '../../../src/broker/apt-source.ts';

const MIRROR = 'http://mirror.example/debian/';

const stanza = (fields: Record<string, string>) =>
  Object.entries({ Component: 'main', 'Created-By': 'Packages', ...fields })
    .map(([name, value]) => `${name}: ${value}`)
    .join('\n');

const repositoriesOf = (...stanzas: string[]) =>
  debianRepositories(parseIndexTargets(`${stanzas.join('\n\n')}\n\n`), 'bookworm');

const base = stanza({ Release: 'bookworm', 'Repo-URI': MIRROR });
const updates = stanza({ Release: 'bookworm-updates', 'Repo-URI': MIRROR });

describe('what apt-get indextargets prints', () => {
  it('is read stanza by stanza, empty fields and addresses with colons included', () => {
    const text =
      'MetaKey: main/binary-amd64/Packages\nRepo-URI: http://mirror.example:8080/debian/\nFallback-Of: \n\n\n' +
      'MetaKey: main/binary-all/Packages\nRepo-URI: http://mirror.example:8080/debian/\n';
    expect(parseIndexTargets(text)).toEqual([
      {
        MetaKey: 'main/binary-amd64/Packages',
        'Repo-URI': 'http://mirror.example:8080/debian/',
        'Fallback-Of': '',
      },
      { MetaKey: 'main/binary-all/Packages', 'Repo-URI': 'http://mirror.example:8080/debian/' },
    ]);
  });

  it('holds nothing when apt prints nothing', () => {
    expect(parseIndexTargets('')).toEqual([]);
  });
});

describe("Debian's repository on a machine", () => {
  it('is the one that says it is Debian, whatever else offers the same codename', () => {
    const other = stanza({ Release: 'bookworm', 'Repo-URI': 'http://tools.example/', Origin: 'Tools' });
    const says = stanza({ Release: 'bookworm', 'Repo-URI': MIRROR, Origin: 'Debian', Label: 'Debian' });
    expect(repositoriesOf(other, says)[0]).toBe(MIRROR);
  });

  it('is the one that has updates too when none says whose it is', () => {
    const other = stanza({ Release: 'bookworm', 'Repo-URI': 'http://tools.example/' });
    expect(repositoriesOf(other, base, updates)).toEqual([MIRROR, 'http://tools.example/']);
  });

  it('is any with the codename, or with a name that moves, when nothing else is known', () => {
    expect(repositoriesOf(base)).toEqual([MIRROR]);
    expect(repositoriesOf(stanza({ Release: 'stable', 'Repo-URI': MIRROR }))).toEqual([MIRROR]);
  });

  it('is never the one of security updates, of another component, of sources or a disc', () => {
    expect(
      repositoriesOf(
        stanza({ Release: 'bookworm-security', 'Repo-URI': 'http://mirror.example/debian-security/' }),
        stanza({
          Release: 'stable',
          Origin: 'Debian',
          Label: 'Debian-Security',
          'Repo-URI': 'http://security.example/',
        }),
        stanza({ Release: 'bookworm', 'Repo-URI': MIRROR, Component: 'contrib' }),
        stanza({ Release: 'bookworm', 'Repo-URI': MIRROR, 'Created-By': 'Translations' }),
        stanza({ Release: 'bookworm', 'Repo-URI': 'cdrom:[Debian 12]/' }),
        stanza({ Release: 'jammy', 'Repo-URI': 'http://other.example/ubuntu/' }),
      ),
    ).toEqual([]);
  });
});

describe('the line of the private sources.list', () => {
  it('names the suite, the key, one architecture and the package index alone', () => {
    const keyring = '/usr/share/keyrings/debian-archive-keyring.gpg';
    expect(sourceLine({ repository: MIRROR, suite: 'sid', architecture: 'arm64', keyring })).toBe(
      `deb [arch=arm64 target=Packages signed-by=${keyring}] ${MIRROR} sid main\n`,
    );
  });

  it('leaves the key to apt when the machine has no file of Debian keys', () => {
    expect(sourceLine({ repository: MIRROR, suite: 'sid', architecture: 'amd64' })).toBe(
      `deb [arch=amd64 target=Packages] ${MIRROR} sid main\n`,
    );
  });
});

describe('the version of a package that apt would download', () => {
  it.each([
    [
      "'http://mirror.example/pool/main/n/nats-server_2.15.1-1_amd64.deb' nats-server_2.15.1-1_amd64.deb 5351944 SHA256:00",
      '2.15.1',
    ],
    ["'http://mirror.example/x' nats-server_2.10.27-1+b4_arm64.deb 1 SHA256:00", '2.10.27'],
    ["'http://mirror.example/x' nats-server_1%3a2.15.1-1_amd64.deb 1 SHA256:00", '2.15.1'],
  ])('is read from %s', (printed, version) => {
    expect(parsePackageVersion(printed)).toBe(version);
  });

  it('is undefined when apt names none', () => {
    expect(parsePackageVersion('')).toBeUndefined();
  });
});
