import { consolePaths } from './console-paths.ts';
import { httpSchemas } from './http-schemas.ts';
import { healthPaths, ingestPaths } from './ingest-paths.ts';
import type { Project } from './project.ts';

/** The HTTP API of ingest and console as OpenAPI 3.1. */
export function openApi({ version, license }: Project): object {
  return {
    openapi: '3.1.0',
    info: {
      title: 'Updraft: HTTP API',
      version,
      summary: 'Events in, explained decisions out.',
      description:
        'Producers post to ingest; auditors and operators read from the console. Tokens have a role: producer, ' +
        'auditor or operator. Errors are problem details (RFC 9457). docs/events.md says what producers may rely on.',
      license,
    },
    servers: [
      { url: 'http://localhost:8080', description: 'ingest' },
      { url: 'http://localhost:8081', description: 'console' },
    ],
    security: [{ token: [] }],
    tags: [
      { name: 'events', description: 'The door of producers.' },
      { name: 'merchants', description: 'What is known of merchants.' },
      { name: 'decisions', description: 'What was decided, and why.' },
      { name: 'grants', description: 'What was given.' },
      { name: 'accounts', description: 'Budgets, and who waits for them.' },
      { name: 'policies', description: 'Drafts, approvals, and what is live.' },
      { name: 'operations', description: 'Dead letters and the state of every partition.' },
      { name: 'stops', description: 'The emergency stop.' },
      { name: 'health', description: 'For orchestrators and Prometheus.' },
    ],
    paths: { ...ingestPaths(), ...consolePaths(), ...healthPaths() },
    components: {
      securitySchemes: { token: { type: 'http', scheme: 'bearer' } },
      schemas: httpSchemas(),
    },
  };
}
