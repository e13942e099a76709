import { describe, expect, it } from 'vitest';
import { isAtLeast, MIN_NATS_SERVER, parseVersion } from '../../../../src/bus/broker/version.ts';

describe('the version of a nats-server', () => {
  it.each([
    ['nats-server: v2.15.1\n', '2.15.1'],
    ['nats-server: v2.12.0-RC.2', '2.12.0-RC.2'],
    ['nats-server version 2.1.4', '2.1.4'],
    ['nats-server: 2.9.10', '2.9.10'],
  ])('is read from %j', (printed, version) => {
    expect(parseVersion(printed)).toBe(version);
  });

  it('is undefined when something else answers', () => {
    expect(parseVersion('redis-server v=7.0.15')).toBeUndefined();
    expect(parseVersion('')).toBeUndefined();
  });

  it.each([
    ['2.10.23', true],
    ['2.10.24', true],
    ['2.11.0', true],
    ['3.0.0', true],
    ['2.10.22', false],
    ['2.9.99', false],
    ['1.99.99', false],
  ])(`compares %s with ${MIN_NATS_SERVER} as numbers, part by part`, (version, enough) => {
    expect(isAtLeast(version)).toBe(enough);
  });

  it('counts a pre-release as older than its release and newer than the release before', () => {
    expect(isAtLeast('2.10.23-RC.1')).toBe(false);
    expect(isAtLeast('2.11.0-preview.2')).toBe(true);
    expect(isAtLeast('2.10.23', '2.10.23-RC.1')).toBe(true);
  });
});
