import type { RegistryPorts } from '#stage/registry/registry-ports';
import type { ReadingPorts } from '#stage/registry/readings';
import type { StoreDatabase } from '#store/database';
import type { PolicyActivation } from '#store/policy/policy-activations';
import type { PolicyVersion } from '#store/policy/policy-versions';
import { CommandError } from './command-error.ts';
import type { WorkspaceOptions } from './workspace-options.ts';

/** The registry of an open workspace. */
export interface AtRegistry {
  readonly database: StoreDatabase;
  readonly reading: ReadingPorts;
  find(name: string): Promise<PolicyVersion>;
  /** Opens a writer, which is closed with the workspace. */
  ports(): RegistryPorts;
}

/** Opens the workspace for one command. What the registry refuses is told without a stack. */
export async function atRegistry(
  options: WorkspaceOptions,
  work: (at: AtRegistry) => Promise<void>,
): Promise<void> {
  const [{ openWorkspace }, { migrate }, { createSnapshotStore }, { readGenesis }] = await Promise.all([
    import('./open-workspace.ts'),
    import('#store/migrate'),
    import('#store/postgres-snapshot-store'),
    import('#stage/begin-log'),
  ]);
  const { findPolicy } = await import('#stage/registry/readings');
  const { REGISTRY_WRITER, registryPorts } = await import('#stage/registry/registry-ports');
  const { logs, database, name, close } = await openWorkspace({ ...options, for: 'existing' });
  let writer: ReturnType<typeof logs.writer> | null = null;
  try {
    if (database === null) throw new CommandError('DATABASE_URL: must be set: the registry is there');
    await migrate(database);
    const genesis = await readGenesis(logs);
    if (genesis === null)
      throw new CommandError(`${name} was not begun; create it with \`updraft topics create\``);
    const store = createSnapshotStore(database);
    await work({
      database,
      reading: { database, store, ...genesis },
      find: (of) => findPolicy(database, of),
      ports() {
        writer ??= logs.writer(REGISTRY_WRITER);
        return registryPorts({ logs, writer, database, store, genesis });
      },
    });
  } catch (error) {
    throw await refusalOf(error);
  } finally {
    await (writer as { close(): Promise<void> } | null)?.close();
    await close();
  }
}

/** Asks for an activation, and stays until every partition has confirmed it. */
export async function putLive(
  { ports: open }: AtRegistry,
  bundle: string,
  ask: (ports: RegistryPorts) => Promise<PolicyActivation>,
): Promise<void> {
  const { followActivation } = await import('#stage/registry/follow-activation');
  const ports = open();
  let shown = '';
  const outcome = await followActivation(ports, await ask(ports), (confirmed, all) => {
    const line = `${bundle}: ${confirmed}/${all} partitions have confirmed\n`;
    if (line !== shown) process.stdout.write(line);
    shown = line;
  });
  if (outcome === 'superseded')
    throw new CommandError(`${bundle}: another activation took its place; see \`updraft policy status\``);
}

async function refusalOf(error: unknown): Promise<unknown> {
  const { RegistryError } = await import('#stage/registry/life');
  const { MovedAccountError } = await import('#stage/activation');
  const isRefusal = error instanceof RegistryError || error instanceof MovedAccountError;
  return isRefusal ? new CommandError(error.message) : error;
}
