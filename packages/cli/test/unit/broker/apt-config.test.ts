import { describe, expect, it } from 'vitest';
import { aptConfig } from '../../../src/broker/apt-config.ts';

describe('the private configuration of apt', () => {
  it('keeps every folder that apt writes to below its own', () => {
    const config = aptConfig('/project/.baton/x', false);
    for (const name of ['SourceList', 'State', 'State::Lists', 'State::Status', 'Cache']) {
      expect(config).toMatch(new RegExp(`^Dir::(Etc::)?${name} "/project/\\.baton/x/`, 'm'));
    }
  });

  it("clears the machine's hooks, which would run for an update that is not the machine's", () => {
    expect(aptConfig('/x', false)).toContain('#clear APT::Update::Post-Invoke;\n');
  });

  it('names a sandbox user only where there is one to name', () => {
    expect(aptConfig('/x', true)).toContain('APT::Sandbox::User "root";');
    expect(aptConfig('/x', false)).not.toContain('Sandbox');
  });
});
