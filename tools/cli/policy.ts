import { existsSync } from 'node:fs';
import type { Command } from 'commander';
import { readBundleFile } from '#stage/bundle-file';
import type { SubmitOutcome } from '#stage/registry/submit';
import { CommandError } from './command-error.ts';
import { addPolicyCheckCommand } from './policy-check.ts';
import { addPolicyDiffCommand } from './policy-diff.ts';
import { addPinCommand } from './policy-pin.ts';
import { atRegistry, putLive, type AtRegistry } from './policy-registry.ts';
import { addShadowCommands } from './policy-shadow.ts';
import { addTestCommand } from './policy-test.ts';
import { listLine, policyLines, statusLines } from './policy-text.ts';
import { addWorkspaceOptions, type WorkspaceOptions } from './workspace-options.ts';

interface StepOptions extends WorkspaceOptions {
  readonly by: string;
  readonly reason: string;
}

interface ActivateOptions extends WorkspaceOptions {
  readonly by?: string;
  readonly approvedBy?: readonly string[];
  readonly reason?: string;
}

interface RollbackOptions extends WorkspaceOptions {
  readonly by: readonly string[];
  readonly reason: string;
}

interface ReadOptions extends WorkspaceOptions {
  readonly json?: boolean;
}

interface ListOptions extends ReadOptions {
  readonly state?: string;
}

const LISTED_MAX = 200;
const HASH = ['<hash>', 'of a submitted policy, or its first digits, at least 8; or live'] as const;
const BY = ['--by <name>', 'who does it'] as const;
const REASON = ['--reason <text>', 'why; it stands in the history'] as const;
const JSON_OPTION = ['--json', 'the same as JSON'] as const;

export function addPolicyCommand(program: Command): void {
  const policy = program
    .command('policy')
    .description('check a policy, put it live with two people, and see what was live when')
    .addHelpText(
      'after',
      `
A policy is submitted by one person and approved by another; then it may be activated, and is live once every partition
has confirmed. What it replaced is superseded, and may be rolled back to by two people. Every step is kept. The embedded
database has room for one process: ask a running \`updraft start\` at /v1/policies.`,
    );
  addPolicyCheckCommand(policy);
  addPinCommand(policy);
  addTestCommand(policy);
  addShadowCommands(policy);
  addLifeCommands(policy);
  addReadingCommands(policy);
  addPolicyDiffCommand(policy);
}

function addLifeCommands(policy: Command): void {
  addWorkspaceOptions(policy.command('submit'))
    .description('enter a policy in the registry, and check it')
    .argument('<path>', 'a bundle file, or a folder with a bundle.yaml')
    .requiredOption('--by <name>', 'who stands for it first')
    .requiredOption(...REASON)
    .action(submit);
  addWorkspaceOptions(policy.command('approve'))
    .description('stand for a submitted policy as the second person')
    .argument(...HASH)
    .requiredOption('--by <name>', 'who approves: somebody else than who submitted it')
    .requiredOption(...REASON)
    .action(approve);
  addWorkspaceOptions(policy.command('activate'))
    .description('put an approved policy live in every partition')
    .argument('<hash|path>', 'an approved policy; or files, which two people submit and approve at once')
    .option('--by <name>', 'who activates the approved policy')
    .option('--approved-by <name...>', 'with files: two people who stand for it')
    .option(...REASON)
    .addHelpText(
      'after',
      `
Scoring and the treasury must be running: they confirm. The command re-sends until every partition has, and ends then.
If it is interrupted, a running console goes on. What is live everywhere is left as it is.`,
    )
    .action(activate);
  addWorkspaceOptions(policy.command('rollback'))
    .description('put a policy that was live before live again; it takes two people')
    .argument(...HASH)
    .requiredOption('--by <name...>', 'two people who stand for it')
    .requiredOption(...REASON)
    .action(rollback);
  addWorkspaceOptions(policy.command('retire'))
    .description('take a policy that is not live out of use; it comes back only by being submitted again')
    .argument(...HASH)
    .requiredOption(...BY)
    .requiredOption(...REASON)
    .action(retire);
}

function addReadingCommands(policy: Command): void {
  addWorkspaceOptions(policy.command('list'))
    .description(`policies that were submitted, newest first, at most ${LISTED_MAX}`)
    .option('--state <state>', 'draft, checked, shadow, live, superseded or retired')
    .option(...JSON_OPTION)
    .action(list);
  addWorkspaceOptions(policy.command('show'))
    .description('one policy with every step of its life')
    .argument(...HASH)
    .option(...JSON_OPTION)
    .action(show);
  addWorkspaceOptions(policy.command('status'))
    .description('what is live, what is on its way, and how many partitions have confirmed')
    .option(...JSON_OPTION)
    .action(status);
}

async function submit(file: string, { by, reason, ...options }: StepOptions): Promise<void> {
  const bundle = await readBundleFile(file);
  await atRegistry(options, async ({ database }) => {
    const { submissionOf, submitPolicy } = await import('#stage/registry/submit');
    tellSubmitted(await submitPolicy(database, submissionOf(bundle), by, reason));
  });
}

function tellSubmitted({ version, isNew, findings }: SubmitOutcome): void {
  const { hash, bundle, state, submittedBy } = version;
  say(isNew ? `${bundle}: submitted by ${submittedBy}, ${hash}` : `${bundle}: was submitted before, ${hash}`);
  for (const { level, field, rule } of findings) say(`  ${level} ${field}: ${rule}`);
  if (state === 'draft') throw new CommandError(`${hash}: its check found errors, and so it stays a draft`);
  if (version.approvedBy === null && state === 'checked')
    say(`Somebody else approves it: updraft policy approve ${hash.slice(0, 12)} --by NAME --reason TEXT`);
}

async function approve(name: string, { by, reason, ...options }: StepOptions): Promise<void> {
  await atRegistry(options, async ({ database, find }) => {
    const { approvePolicy } = await import('#stage/registry/steps');
    const { hash } = await find(name);
    const { bundle, approvedBy } = await approvePolicy(database, hash, by, reason);
    say(`${bundle}: approved by ${approvedBy}, ${hash}`);
  });
}

async function activate(name: string, options: ActivateOptions): Promise<void> {
  const { by, approvedBy = [], reason, ...workspace } = options;
  if (!existsSync(name) && approvedBy.length === 0) {
    if (by === undefined) throw new CommandError('--by: must say who activates an approved policy');
    if (reason === undefined) throw new CommandError('--reason: must say why');
    return atRegistry(workspace, async (at) => {
      const { askActivation } = await import('#stage/registry/ask-activation');
      const { hash, bundle } = await at.find(name);
      await putLive(at, bundle, (ports) => askActivation(ports, hash, by, reason));
    });
  }
  const [one, other] = [...new Set(approvedBy)];
  if (one === undefined || other === undefined)
    throw new CommandError(`--approved-by: ${approvedBy.join(' ')}: must name two different people`);
  const file = await readBundleFile(name);
  const why = reason ?? 'submitted, approved and activated at once';
  await atRegistry(workspace, async (at) => {
    const { activateByTwo } = await import('#stage/registry/enter-policy');
    const { submissionOf } = await import('#stage/registry/submit');
    const submission = submissionOf(file);
    await putLive(at, file.bundle.id, (ports) => activateByTwo(ports, submission, [one, other], why));
  });
}

async function rollback(name: string, { by, reason, ...options }: RollbackOptions): Promise<void> {
  await atRegistry(options, async (at) => {
    const { askRollback } = await import('#stage/registry/ask-activation');
    const { hash, bundle } = await at.find(name);
    await putLive(at, bundle, (ports) => askRollback(ports, hash, [...new Set(by)], reason));
  });
}

async function retire(name: string, { by, reason, ...options }: StepOptions): Promise<void> {
  await atRegistry(options, async ({ database, find }) => {
    const { retirePolicy } = await import('#stage/registry/steps');
    const { hash } = await find(name);
    const { bundle } = await retirePolicy(database, hash, by, reason);
    say(`${bundle}: retired, ${hash}`);
  });
}

async function list({ state, json, ...options }: ListOptions): Promise<void> {
  const { POLICY_STATES, findPolicyVersions } = await import('#store/policy/policy-versions');
  const wanted = POLICY_STATES.find((each) => each === state) ?? null;
  if (state !== undefined && wanted === null)
    throw new CommandError(`--state ${state}: must be one of ${POLICY_STATES.join(', ')}`);
  await atRegistry(options, async ({ database }) => {
    const { versionSeen } = await import('#stage/registry/readings');
    const found = await findPolicyVersions(database, wanted, null, LISTED_MAX);
    if (json === true) say(JSON.stringify(found.map(versionSeen)));
    else if (found.length === 0) say('no policies');
    else for (const version of found) say(listLine(versionSeen(version)));
  });
}

async function show(name: string, { json, ...options }: ReadOptions): Promise<void> {
  await atRegistry(options, async (at) => {
    const { policySeen } = await import('#stage/registry/readings');
    const seen = await policySeen(at.reading, await at.find(name));
    if (json === true) say(JSON.stringify(seen));
    else for (const line of policyLines(seen)) say(line);
  });
}

async function status({ json, ...options }: ReadOptions): Promise<void> {
  await atRegistry(options, async ({ reading }: AtRegistry) => {
    const { registrySeen } = await import('#stage/registry/readings');
    const seen = await registrySeen(reading);
    if (json === true) say(JSON.stringify(seen));
    else for (const line of statusLines(seen)) say(line);
  });
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
