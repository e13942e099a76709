import { existsSync } from 'node:fs';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { STOP_GRACE_MS } from '../../../packages/cli/src/supervisor/agent-group.ts';
import { demoAgents } from '../support/demo.ts';
import { kustomization } from '../support/kustomize.ts';
import { readsVariable, refusal } from '../support/program.ts';
import { inRepository, textAt } from '../support/repository.ts';

interface Service {
  readonly image: string;
  readonly build?: string;
  readonly command: string[];
  readonly environment: Record<string, string | null>;
  readonly networks?: { default: { aliases: string[] } };
  readonly volumes?: string[];
  readonly ports?: string[];
  readonly depends_on?: Record<string, unknown>;
  readonly stop_grace_period: string;
  readonly healthcheck: { test: string[] };
}

const { services, volumes } = parse(textAt('infra', 'compose.yaml'), { merge: true }) as {
  services: Record<string, Service>;
  volumes: Record<string, unknown>;
};
const brokers = Object.entries(services).filter(([, { build }]) => build === undefined);
const agents = Object.entries(services).filter(([, { build }]) => build !== undefined);
const config = textAt('infra', 'kubernetes', 'nats.conf');

it('runs the agents of the demo, each by a command line the program takes', () => {
  const expected = [...demoAgents()].map(([name, module]) => [name, ['run', module]]);
  expect(agents.map(([name, { command }]) => [name, command])).toEqual(expected);
  for (const [, { command }] of agents) expect(refusal(command)).toBeUndefined();
});

it('runs the images that Kubernetes does, and builds the one of this repository', () => {
  const tagged = kustomization().images.map(({ name, newTag }) => `${name}:${newTag}`);
  expect(new Set(Object.values(services).map(({ image }) => image))).toEqual(new Set(tagged));
  for (const [, { build = '' }] of agents)
    expect(existsSync(inRepository('infra', build, 'Dockerfile'))).toBe(true);
});

it('sets no environment variable that is not read', () => {
  for (const [, { environment }] of agents)
    for (const name of Object.keys(environment)) expect([name, readsVariable(name)]).toEqual([name, true]);
  for (const [name, { environment }] of brokers)
    expect(environment).toEqual({ SERVER_NAME: name, ADVERTISE: `${name}:4222` });
  expect(config.match(/\$\w+/g)).toEqual(['$SERVER_NAME', '$ADVERTISE']);
});

it('has three brokers that reach each other by their routes, each with a store of its own', () => {
  const aliases = brokers.flatMap(([, { networks }]) => networks?.default.aliases ?? []);
  expect(config.match(/nats:\/\/[^"]+/g)).toEqual(aliases.map((alias) => `nats://${alias}:6222`));
  const stores = brokers.flatMap(([, broker]) =>
    (broker.volumes ?? []).filter((each) => each.endsWith(':/data')),
  );
  expect(stores).toEqual(Object.keys(volumes).map((volume) => `${volume}:/data`));
  expect(config).toContain('store_dir: "/data"');
});

it('gives brokers the configuration where they look for it', () => {
  for (const [, { command, volumes: mounts = [] }] of brokers) {
    const [from = '', to, mode] = mounts[0]?.split(':') ?? [];
    expect(existsSync(inRepository('infra', from))).toBe(true);
    expect([command, mode]).toEqual([['--config', to], 'ro']);
  }
});

it('points the agents at every broker, and opens one to this machine alone', () => {
  const named = brokers.map(([name]) => `nats://${name}:4222`).join(',');
  for (const [, { environment, depends_on = {} }] of agents) {
    expect(environment.NATS_URL).toBe(named);
    expect(Object.keys(depends_on)).toEqual(brokers.map(([name]) => name));
  }
  const open = Object.values(services).flatMap(({ ports = [] }) => ports);
  expect(open).toEqual(['127.0.0.1:4222:4222']);
});

it('gives agents more time to stop than the program takes before it kills, and asks the probe of the image', () => {
  for (const [, { stop_grace_period, healthcheck }] of agents) {
    expect(Number.parseInt(stop_grace_period, 10) * 1000).toBeGreaterThan(STOP_GRACE_MS + 5000);
    expect(textAt('Dockerfile')).toContain(`/usr/local/bin/${healthcheck.test[1]}\n`);
  }
});
