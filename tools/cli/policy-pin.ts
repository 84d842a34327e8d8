import { readFile, writeFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { loadSource } from '#policy-source/load-source';
import { gatherFiles } from '#policy-source/gather-files';
import { pinPacks } from '#policy-source/pin-packs';
import { findingsText, type PlacedFinding } from '#policy-source/place';
import { CommandError } from './command-error.ts';

export function addPinCommand(policy: Command): void {
  policy
    .command('pin')
    .description('write the hashes of its packs into a bundle')
    .argument('<bundle>', 'a bundle file, or a folder with a bundle.yaml')
    .addHelpText(
      'after',
      `
A pin says which content of a pack a bundle was made for: a pack that has changed since is a finding, and a bundle with
a pack that is not pinned is not published. Only the hashes are written; comments and layout stay as they are.`,
    )
    .action(pin);
}

async function pin(path: string): Promise<void> {
  const { files, entry, findings } = await gatherFiles(path);
  refuse(path, findings);
  const { pins, findings: found } = loadSource(files, entry, 'trial');
  // What is to be written is not wrong yet.
  refuse(
    path,
    found.filter(({ file, field }) => file !== entry || !/^\/packs\/\d+\/hash$/.test(field)),
  );
  // As it is now, not as it was decoded: a byte order mark stays.
  const before = await readFile(entry, 'utf8');
  const after = pinPacks(before, pins);
  if (after !== before) await writeFile(entry, after);
  for (const { pack, hash, pinned } of pins)
    process.stdout.write(`${entry}: ${pack}: ${hash} ${pinned === hash ? 'was pinned' : 'is pinned now'}\n`);
  if (pins.length === 0) process.stdout.write(`${entry}: names no packs\n`);
}

function refuse(path: string, findings: readonly PlacedFinding[]): void {
  if (findings.length > 0) throw new CommandError(`${path} cannot be pinned:\n${findingsText(findings)}`);
}
