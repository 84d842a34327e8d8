// What the console is made of, as injection tokens: interfaces have no value to inject by.
export const LOGS = Symbol('LOGS');
export const DATABASE = Symbol('DATABASE');
export const PARTITIONS = Symbol('PARTITIONS');
export const TOKENS = Symbol('TOKENS');
export const HEALTH = Symbol('HEALTH');
export const REGISTRY = Symbol('REGISTRY');
export const SNAPSHOTS = Symbol('SNAPSHOTS');
export const CONSOLE_CONFIG = Symbol('CONSOLE_CONFIG');
