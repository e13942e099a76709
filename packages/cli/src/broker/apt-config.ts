import { join } from 'node:path';

/**
 * A configuration under which apt keeps everything below `folder` and leaves the machine's own lists, cache and packages
 * alone: the machine's proxies and credentials hold, its hooks, pins and default release do not.
 */
export function aptConfig(folder: string, isRoot: boolean): string {
  const settings = {
    'Dir::Etc::SourceList': join(folder, 'sources.list'),
    'Dir::Etc::SourceParts': '/dev/null',
    'Dir::Etc::Preferences': '/dev/null',
    'Dir::Etc::PreferencesParts': '/dev/null',
    'Dir::State': join(folder, 'state'),
    'Dir::State::Lists': join(folder, 'lists'),
    'Dir::State::Status': join(folder, 'status'),
    'Dir::Cache': join(folder, 'cache'),
    'APT::Default-Release': '',
    // By itself apt calls an update that fetched nothing a success with warnings.
    'APT::Update::Error-Mode': 'any',
    'Acquire::Languages': 'none',
    'Acquire::PDiffs': 'false',
    'Acquire::Retries': '1',
    'Acquire::http::Timeout': '30',
    'Acquire::https::Timeout': '30',
    // The folder may be one that apt's own user cannot enter; apt would warn of it at every download.
    ...(isRoot ? { 'APT::Sandbox::User': 'root' } : {}),
  };
  const hooks = ['APT::Update::Pre-Invoke', 'APT::Update::Post-Invoke', 'APT::Update::Post-Invoke-Success'];
  return [
    ...hooks.map((hook) => `#clear ${hook};`),
    ...Object.entries(settings).map(([name, value]) => `${name} "${value}";`),
    '',
  ].join('\n');
}
