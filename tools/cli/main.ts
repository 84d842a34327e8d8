import 'reflect-metadata';
import { runCommandLine } from './command-line.ts';

/** How long after its end a command may still close connections. One that stays open must not hold up a script. */
const LINGER_MS_MAX = 3_000;
/** Commands that run until they are told to end. */
const SERVERS = new Set(['start', 'cluster']);

const ran = await runCommandLine(process.argv.slice(2));
if (ran === null || !SERVERS.has(ran)) setTimeout(() => process.exit(), LINGER_MS_MAX).unref();
