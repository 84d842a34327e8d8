import { Command, CommanderError } from 'commander';
import { addCheckCommand } from './check.ts';
import { addClusterCommand } from './cluster.ts';
import { addDeadLettersCommand } from './dead-letters.ts';
import { addExportCommand } from './export.ts';
import { failureMessage } from './failure-message.ts';
import { addImportCommand } from './import.ts';
import { addPolicyCommand } from './policy.ts';
import { addQuarantineCommand } from './quarantine.ts';
import { addReplayCommand } from './replay.ts';
import { addSimulateCommand } from './simulate.ts';
import { addStartCommand } from './start.ts';
import { addStateCommand } from './state.ts';
import { addStatusCommand } from './status.ts';
import { addStopCommands } from './stop.ts';
import { addTopicsCommand } from './topics.ts';

/** How a command can end besides well. */
const EXIT_FAILED = 1;
const EXIT_USAGE = 2;

const COMMANDS = [
  addStartCommand,
  addClusterCommand,
  addSimulateCommand,
  addTopicsCommand,
  addPolicyCommand,
  addStopCommands,
  addImportCommand,
  addReplayCommand,
  addExportCommand,
  addStateCommand,
  addStatusCommand,
  addDeadLettersCommand,
  addQuarantineCommand,
  addCheckCommand,
];

/**
 * Runs one command line to its end; how it went stands in `process.exitCode`. Resolves with the name of the command, or
 * null where none was run.
 */
export async function runCommandLine(args: readonly string[]): Promise<string | null> {
  const program = makeProgram();
  let name: string | null = null;
  program.hook('postAction', (_program, command) => {
    name = command.name();
  });
  try {
    await program.parseAsync(args, { from: 'user' });
  } catch (error) {
    process.exitCode = exitCodeOf(error);
  }
  return name;
}

function makeProgram(): Command {
  const program = new Command('updraft')
    .description(
      'Event-driven merchant enablement: events in, explained grants out, replayable byte for byte.',
    )
    .showHelpAfterError('(add --help for what a command takes)')
    .exitOverride()
    .addHelpText(
      'after',
      `
Where the workspace is:
  no variable                      embedded: PGlite in the directory of --data
  DATABASE_URL                     one PostgreSQL for logs and state
  KAFKA_BROKERS and DATABASE_URL   logs in Kafka, state in PostgreSQL

Exit codes: 0 well, ${EXIT_FAILED} something was found or failed, ${EXIT_USAGE} the command line is wrong.`,
    );
  for (const add of COMMANDS) add(program);
  return program;
}

function exitCodeOf(error: unknown): number {
  // Commander has written its message or the help already.
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : EXIT_USAGE;
  const message =
    failureMessage(error, process.env) ??
    (error instanceof Error ? (error.stack ?? error.message) : String(error));
  process.stderr.write(`updraft: ${message}\n`);
  return EXIT_FAILED;
}
