/**
 * The semantics version of this library. It is written into genesis, decisions and snapshots. Until release 1.0 a
 * change of semantics raises the number, old data is refused, and the golden digests change with it.
 */
export const ENGINE = 4;
