/** The command cannot do what was asked, for a reason that a person can act on: shown without a stack. */
export class CommandError extends Error {
  override readonly name = 'CommandError';
}
