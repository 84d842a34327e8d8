import { existsSync } from 'node:fs';
import type { Command } from 'commander';
import type { Bundle } from '#domain/policy/bundle';
import { diffBundles } from '#domain/policy/diff';
import { readBundleFile } from '#stage/bundle-file';
import { atRegistry } from './policy-registry.ts';
import { addWorkspaceOptions, type WorkspaceOptions } from './workspace-options.ts';

interface DiffOptions extends WorkspaceOptions {
  readonly json?: boolean;
}

export function addPolicyDiffCommand(policy: Command): void {
  const which = 'a bundle file or folder, a hash or its first digits, or live';
  addWorkspaceOptions(policy.command('diff'))
    .description('say in words what changed from one policy to another')
    .argument('<before>', which)
    .argument('<after>', which)
    .option('--json', 'the changes as JSON, with values as compiled')
    .addHelpText('after', '\nFiles need no workspace.')
    .action(diff);
}

async function diff(before: string, after: string, { json, ...options }: DiffOptions): Promise<void> {
  const [one, other] = [await bundleOf(before, options), await bundleOf(after, options)];
  const changes = diffBundles(one, other);
  if (json === true) process.stdout.write(`${JSON.stringify(changes)}\n`);
  else if (changes.length === 0) process.stdout.write('no changes\n');
  else for (const { words } of changes) process.stdout.write(`${words}\n`);
}

async function bundleOf(name: string, options: WorkspaceOptions): Promise<Bundle> {
  if (existsSync(name)) return (await readBundleFile(name, 'trial')).bundle;
  let found: Bundle | null = null;
  await atRegistry(options, async ({ database, find }) => {
    const { readPolicyContent } = await import('#store/policy/policy-versions');
    const { hash } = await find(name);
    // As it was written down: a difference can be told of formats that this engine no longer runs.
    found = JSON.parse((await readPolicyContent(database, hash))!.content) as Bundle;
  });
  return found!;
}
