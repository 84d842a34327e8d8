// Injection tokens of what has no class to inject by.
export const DATABASE = Symbol('DATABASE');
export const PARTITIONS = Symbol('PARTITIONS');
export const TOKENS = Symbol('TOKENS');
