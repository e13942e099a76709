import { existsSync, readdirSync } from 'node:fs';
import { BaseAgent } from '@baton/runtime';
import { expect, it } from 'vitest';
import { STOP_GRACE_MS } from '../../../packages/cli/src/supervisor/agent-group.ts';
import { demoAgents, streamsOf } from '../support/demo.ts';
import { kustomization, render } from '../support/kustomize.ts';
import type { Labels, Manifest, PodSelector } from '../support/manifest.ts';
import { readsVariable, refusal } from '../support/program.ts';
import { inRepository, textAt } from '../support/repository.ts';

const all = render();
const of = (kind: string) => all.filter((manifest) => manifest.kind === kind);
const named = (kind: string, name: string) => of(kind).find(({ metadata }) => metadata.name === name);
const workloads = [...of('Deployment'), ...of('StatefulSet')];
const podOf = ({ spec }: Manifest) => {
  if (!spec.template) throw new Error('it has no pods');
  return { labels: spec.template.metadata.labels, ...spec.template.spec };
};
const containerOf = (manifest: Manifest) => {
  const [container, ...more] = podOf(manifest).containers;
  if (!container || more.length > 0) throw new Error(`${manifest.metadata.name} has not one container`);
  return container;
};
const matches = (selector: Labels, labels: Labels) =>
  Object.entries(selector).every(([label, value]) => labels[label] === value);

it('leaves no file out, and patches something with every patch', () => {
  const { resources, patches, configMapGenerator } = kustomization();
  const used = [
    'kustomization.yaml',
    ...resources,
    ...patches.map(({ path }) => path),
    ...configMapGenerator.flatMap(({ files = [] }) => files),
  ];
  const files = readdirSync(inRepository('infra', 'kubernetes'), { recursive: true, encoding: 'utf8' });
  expect(used.sort()).toEqual(files.filter((file) => /\.\w+$/.test(file)).sort());
  expect(patches.map(({ target }) => of(target.kind).length)).toEqual([5, 5]);
});

it('deploys the agents of the demo, each by a command line the program takes', () => {
  const deployed = of('Deployment').map((manifest) => [manifest.metadata.name, containerOf(manifest).args]);
  const expected = [...demoAgents()].map(([name, module]) => [name, ['run', module]]);
  expect(deployed).toEqual(expected);
  for (const [, args] of deployed) expect(refusal(args as string[])).toBeUndefined();
});

it('selects pods that are there, and each by one workload only', () => {
  for (const { metadata, spec } of workloads) {
    const chosen = workloads.filter((other) =>
      matches(spec.selector?.matchLabels ?? {}, podOf(other).labels),
    );
    expect(chosen.map((other) => other.metadata.name)).toEqual([metadata.name]);
  }
  const nats = of('StatefulSet')[0] as Manifest;
  const { labels } = podOf(nats);
  const ports = containerOf(nats).ports?.map(({ name, containerPort }) => [name, containerPort]);
  for (const { spec } of of('Service')) {
    expect(matches((spec.selector ?? {}) as Labels, labels)).toBe(true);
    for (const { port, targetPort } of spec.ports ?? []) expect(ports).toContainEqual([targetPort, port]);
  }
  expect(named('Service', nats.spec.serviceName ?? '')).toBeDefined();
  expect(matches(of('PodDisruptionBudget')[0]?.spec.selector?.matchLabels ?? {}, labels)).toBe(true);
});

it('names only ConfigMaps, volumes and ports that exist, and Secrets that may be missing', () => {
  for (const workload of workloads) {
    const { volumes, labels: _labels } = podOf(workload);
    const { envFrom = [], volumeMounts, ports = [], ...probes } = containerOf(workload);
    const maps = [
      ...volumes.flatMap(({ configMap }) => configMap ?? []),
      ...envFrom.flatMap(({ configMapRef }) => configMapRef ?? []),
    ];
    for (const { name } of maps) expect(named('ConfigMap', name)).toBeDefined();
    for (const { secretRef } of envFrom) expect(secretRef?.optional ?? true).toBe(true);
    const claims = workload.spec.volumeClaimTemplates?.map(({ metadata }) => metadata.name) ?? [];
    const places = [...volumes.map(({ name }) => name), ...claims].sort();
    expect(volumeMounts.map(({ name }) => name).sort()).toEqual(places);
    for (const probe of [probes.startupProbe, probes.readinessProbe, probes.livenessProbe]) {
      if (probe.httpGet) expect(ports.map(({ name }) => name)).toContain(probe.httpGet.port);
      else expect(textAt('Dockerfile')).toContain(`/usr/local/bin/${probe.exec?.command[0]}\n`);
    }
  }
});

it('sets no environment variable that is not read', () => {
  const ofAgents = Object.keys(named('ConfigMap', 'mesh')?.data ?? {});
  expect(ofAgents).toEqual(['NATS_URL']);
  for (const name of ofAgents) expect(readsVariable(name)).toBe(true);
  expect(readsVariable('BATON_NO_SUCH')).toBe(false);
  for (const deployment of of('Deployment')) expect(containerOf(deployment).env).toBeUndefined();
  const config = named('ConfigMap', 'nats-config')?.data?.['nats.conf'];
  const names = containerOf(of('StatefulSet')[0] as Manifest).env?.map(({ name }) => `$${name}`);
  expect(config?.match(/\$\w+/g)).toEqual(names);
});

it('points the agents at the Service of the brokers, at its port', () => {
  const { hostname, port } = new URL(named('ConfigMap', 'mesh')?.data?.NATS_URL ?? '');
  const ports = named('Service', hostname)?.spec.ports?.map((each) => String(each.port));
  expect(ports).toEqual([port]);
});

it('runs the image of this version', () => {
  const { version } = JSON.parse(textAt('packages', 'cli', 'package.json')) as { version: string };
  expect(new Set(of('Deployment').map((each) => containerOf(each).image))).toEqual(
    new Set([`baton:${version}`]),
  );
});

it('gives agents more time to stop than the program takes before it kills', () => {
  for (const deployment of of('Deployment'))
    expect(podOf(deployment).terminationGracePeriodSeconds * 1000).toBeGreaterThan(STOP_GRACE_MS + 5000);
});

it('gives a broker more time to stop than its clients have to move', () => {
  const config = textAt('infra', 'kubernetes', 'nats.conf');
  const seconds = [...config.matchAll(/^lame_duck_\w+: (\d+)s$/gm)].map(([, text]) => Number(text));
  expect(seconds).toHaveLength(2);
  const [grace = 0, duration = 0] = seconds;
  const { terminationGracePeriodSeconds } = podOf(of('StatefulSet')[0] as Manifest);
  expect(terminationGracePeriodSeconds).toBeGreaterThan(grace + duration + 10);
});

it('has every broker of the StatefulSet in the routes, by the name its pod has', () => {
  const brokers = of('StatefulSet')[0] as Manifest;
  const { metadata, spec } = brokers;
  const routes = textAt('infra', 'kubernetes', 'nats.conf').match(/nats:\/\/[^"]+/g);
  const pods = Array.from(
    { length: spec.replicas ?? 0 },
    (_, at) => `${metadata.name}-${at}.${spec.serviceName}`,
  );
  expect(routes).toEqual(pods.map((pod) => `nats://${pod}:6222`));
  const advertised = containerOf(brokers).env?.find(({ name }) => name === 'ADVERTISE')?.value;
  const domain = `${spec.serviceName}.${kustomization().namespace}.svc.cluster.local`;
  expect(advertised).toBe(`$(SERVER_NAME).${domain}:4222`);
});

it("scales each agent by its own consumer in the owner's stream of waiting work", () => {
  const scaled = of('ScaledObject').map(({ spec }) => spec);
  expect(scaled.map(({ scaleTargetRef }) => scaleTargetRef?.name)).toEqual([...demoAgents().keys()]);
  const { concurrency } = new BaseAgent({ name: 'any', model: 'local/extractive' });
  for (const { scaleTargetRef, triggers = [], minReplicaCount } of scaled) {
    expect(triggers).toEqual([
      {
        type: 'nats-jetstream',
        metadata: {
          natsServerMonitoringEndpoint: `nats-headless.${kustomization().namespace}.svc.cluster.local:8222`,
          account: '$G',
          stream: streamsOf('default').task,
          consumer: scaleTargetRef?.name,
          lagThreshold: String(concurrency),
        },
      },
    ]);
    // At none, nobody would answer what is asked without a queue.
    expect(minReplicaCount).toBeGreaterThan(0);
  }
  const monitor = named('Service', 'nats-headless')?.spec.ports?.find(
    ({ targetPort }) => targetPort === 'monitor',
  );
  expect(monitor?.port).toBe(8222);
});

it('lets through to the brokers what its policies name, and those policies mean pods that exist', () => {
  const component = 'app.kubernetes.io/component';
  const components = new Set([...workloads.map((each) => podOf(each).labels[component]), 'client']);
  const valuesOf = ({ matchLabels = {}, matchExpressions = [] }: PodSelector) => [
    ...Object.entries(matchLabels).map(([key, value]) => [key, value]),
    ...matchExpressions.flatMap(({ key, values }) => values.map((value) => [key, value])),
  ];
  const ports = containerOf(of('StatefulSet')[0] as Manifest).ports?.map(({ name }) => name);
  for (const { spec } of of('NetworkPolicy')) {
    const rules = [...(spec.ingress ?? []), ...(spec.egress ?? [])];
    const peers = rules.flatMap(({ from = [], to = [] }) => [...from, ...to]);
    const selectors = [spec.podSelector ?? {}, ...peers.flatMap(({ podSelector }) => podSelector ?? [])];
    for (const [key, value] of selectors.flatMap(valuesOf)) {
      expect(key).toBe(component);
      expect(components).toContain(value);
    }
    for (const { port } of rules.flatMap((rule) => rule.ports ?? []))
      if (typeof port === 'string') expect(ports).toContain(port);
  }
  const ingress = named('NetworkPolicy', 'broker')?.spec.ingress ?? [];
  expect(ingress.flatMap((rule) => rule.ports?.map(({ port }) => port))).toEqual(ports);
});

it('has the probe it names in the image, and that asks what the program answers', () => {
  const script = ['infra', 'container', 'on-mesh.sh'];
  expect(existsSync(inRepository(...script))).toBe(true);
  const [, words = ''] = /baton ([^)]*)\)/.exec(textAt(...script)) ?? [];
  expect(words).not.toBe('');
  expect(refusal(words.split(' '))).toBeUndefined();
  expect(refusal([...words.split(' '), '--no-such'])).toContain('unknown option');
});

it('names in its guide the streams the runtime keeps of an owner', () => {
  const [, names = '', prefix = ''] =
    /for name in ([a-z ]+); do\n\s+nats stream edit (\w+_)\$name --replicas 3/.exec(
      textAt('docs', 'deployment.md'),
    ) ?? [];
  expect(
    names
      .split(' ')
      .map((name) => `${prefix}${name}`)
      .sort(),
  ).toEqual(streamsOf('default').all.sort());
});
