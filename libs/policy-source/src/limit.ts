/** One file; a longer one is a finding and is not parsed. */
export const FILE_BYTES_MAX = 1_048_576;
/** Files of a bundle with all its packs; with more, nothing is read. */
export const FILES_MAX = 500;
/** Mappings and lists within each other; a deeper document is a finding. */
export const LEVELS_MAX = 64;
/** Folders within a pack's folder; what lies deeper is a finding. */
export const FOLDERS_DEEP_MAX = 4;
/** Mistakes of YAML told of one file: the first spoils what follows, and nobody reads more. */
export const FINDINGS_MAX = 10;
/** Directives, documents and mistakes after which the rest of a file is not looked at: it is none of ours. */
export const PARTS_MAX = 20;
