import { join } from 'node:path';
import ts from 'typescript';

// Kubernetes' API as types, generated from its OpenAPI document, judge a manifest as the API server would with strict
// fields: a schema alone lets a misspelled probe pass, and a pod without a probe looks well.

/** The module that describes a kind, and the kind of its interface. */
const MODULES: Readonly<Record<string, string>> = {
  'v1 ConfigMap': 'kubernetes-models/v1/ConfigMap',
  'v1 Secret': 'kubernetes-models/v1/Secret',
  'v1 Service': 'kubernetes-models/v1/Service',
  'apps/v1 Deployment': 'kubernetes-models/apps/v1/Deployment',
  'batch/v1 Job': 'kubernetes-models/batch/v1/Job',
  'policy/v1 PodDisruptionBudget': 'kubernetes-models/policy/v1/PodDisruptionBudget',
};

export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
}

/** What is wrong with each manifest, in the compiler's words; empty when all are well. */
export function findTypeFaults(manifests: readonly Manifest[]): string[] {
  const path = join(import.meta.dirname, 'manifests-as-code.ts');
  const code = manifests.map(asCode).join('\n');
  const options: ts.CompilerOptions = {
    module: ts.ModuleKind.NodeNext,
    target: ts.ScriptTarget.ES2023,
    strict: true,
    skipLibCheck: true,
    noEmit: true,
    types: [],
  };
  const host = ts.createCompilerHost(options);
  const { getSourceFile, fileExists } = host;
  host.fileExists = (name) => name === path || fileExists(name);
  host.getSourceFile = (name, ...rest) =>
    name === path ? ts.createSourceFile(name, code, ts.ScriptTarget.ES2023) : getSourceFile(name, ...rest);
  const program = ts.createProgram([path], options, host);
  return ts.getPreEmitDiagnostics(program).map((fault) => wordsOf(fault, manifests));
}

/** One line each, so that the line of a fault is the manifest. */
function asCode(manifest: Manifest): string {
  const { apiVersion, kind } = manifest;
  const module = MODULES[`${apiVersion} ${kind}`];
  if (module === undefined) throw new Error(`${apiVersion} ${kind}: name its module in manifest-types.ts`);
  return `void (${JSON.stringify(manifest)} satisfies import('${module}').I${kind});`;
}

function wordsOf({ file, start, messageText }: ts.Diagnostic, manifests: readonly Manifest[]): string {
  const at = file === undefined ? null : manifests[file.getLineAndCharacterOfPosition(start ?? 0).line];
  const name = at ? `${at.kind} ${at.metadata.name}` : 'manifests';
  return `${name}: ${ts.flattenDiagnosticMessageText(messageText, ' ')}`;
}
