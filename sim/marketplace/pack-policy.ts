import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { compileSource } from '#policy-source/compile-source';
import { gatherFiles } from '#policy-source/gather-files';
import type { CompiledPolicy } from './pipeline-fixture.ts';
import { packFolder, type ShapeName } from './shapes.ts';

/** The pack's policy, compiled. For specs. */
export async function packPolicy(name: ShapeName): Promise<CompiledPolicy> {
  const folder = join(import.meta.dirname, '../../policies', packFolder(name));
  const { files, entry, findings } = await gatherFiles(folder);
  const compiled = compileSource(files, entry, 'publication');
  if ('findings' in compiled || findings.length > 0) throw new Error(JSON.stringify({ findings, compiled }));
  const { text } = compiled;
  return { text, hash: createHash('sha256').update(text).digest('hex') };
}
