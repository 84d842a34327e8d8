import type { Finding } from '#domain/policy/reader';
import { nearest } from './nearest.ts';
import { RIGHT_OF_PARTS, type Advice } from './right-of-parts.ts';
import {
  rightDate,
  rightDays,
  rightDuration,
  rightNumber,
  rightShare,
  rightText,
  rightTime,
} from './right-value.ts';

// Rules say what must be; this says what to write. Each entry belongs to rules of the readers in
// libs/domain/src/policy, and docs/guide/policies/findings.spec.ts fails where one has no entry.

const ID_LENGTH_MAX = 64;
/** What a list of choices is announced by; the longest names of facts make it long. */
const CHOICES =
  /(?:known are|defined are|facts are|must be one of|must have one of) ([^;]+?)(?: in a programme of kind \S+)?$/;
const NAMED = /^names the (.+?) (\S+), which is not defined/;
const KEY_IN_VALUE = /"([A-Za-z]+)":/g;

/** A sentence for a finding, or null where the rule says everything. */
export function whatIsRight(finding: Finding): string | null {
  const choices = CHOICES.exec(finding.rule)?.[1]?.split(', ') ?? [];
  if (choices.length > 0) return rightChoice(finding, choices);
  for (const [pattern, advice] of [...RIGHT_OF_VALUES, ...RIGHT_OF_PARTS]) {
    const match = pattern.exec(finding.rule);
    if (match !== null) return typeof advice === 'string' ? advice : advice(finding, match);
  }
  return null;
}

const RIGHT_OF_VALUES: readonly (readonly [RegExp, Advice])[] = [
  [/^must be text matching (.+)$/s, ({ value }, [, pattern]) => rightText(value, pattern!)],
  [
    /^must be a whole number from (-?\d+) to (-?\d+)/,
    ({ value }, [, low, high]) => rightNumber(value, low!, high!),
  ],
  [/^must be whole days from (1d) to (\d+d)/, ({ value }, [, , high]) => rightDays(value, high!)],
  [/^must be a duration/, ({ value }) => rightDuration(value)],
  [
    /^must be a percentage .*from (\S+) to (\S+)%$/,
    ({ value }, [, low, high]) => rightShare(value, low!, high!),
  ],
  [/^must be a whole number up to/, ({ value }) => rightShare(value, null, null)],
  [/^must be a date that exists/, ({ value }) => rightDate(value)],
  [/^must be a time of day/, ({ value }) => rightTime(value)],
  [
    /^must be true or false$/,
    ({ value }) =>
      /^(yes|y|on|1)$/i.test(value)
        ? 'true'
        : /^(no|n|off|0)$/i.test(value)
          ? 'false'
          : 'write true or false',
  ],
  [
    /^must be a list$/,
    ({ value }) => {
      if (value === 'nothing' || value === 'null') return 'write [] where there are none';
      return /^[A-Za-z0-9._:-]{1,40}$/.test(value) ? `as a list: [${value}]` : 'put "- " before each element';
    },
  ],
];

/** What is written elsewhere for what is meant. */
const OTHER_WORDS: Readonly<Record<string, string>> = {
  '=<': '<=',
  '=>': '>=',
  '==': '=',
  '<>': '!=',
  trained: 'training',
  isnt: 'isNot',
};

function rightChoice({ field, value, rule }: Finding, choices: readonly string[]): string {
  const [, what, named] = NAMED.exec(rule) ?? [];
  const isKey = rule.startsWith('is not known here') || rule.startsWith('is not a fact');
  const key = isKey ? field.slice(field.lastIndexOf('/') + 1) : value;
  const other = OTHER_WORDS[key];
  if (other !== undefined && choices.includes(other)) return `did you mean ${other}?`;
  // What is not there is no word that was nearly right.
  if (named === undefined && !isKey && value === 'nothing') return `for example ${choices[0]!}`;
  const near = nearest((named ?? key).slice(0, ID_LENGTH_MAX), choices) ?? nearestKey(value, choices);
  if (near !== null) return `did you mean ${near}?`;
  if (named !== undefined) {
    return choices[0] === 'none' ? `define a ${what!} ${named} first` : `define it, or name one that is`;
  }
  return isKey ? 'leave it out, or write one of these' : `for example ${choices[0]!}`;
}

/** Where a mapping has none of the keys that would tell its kind: the one of its keys that was nearly one. */
function nearestKey(value: string, choices: readonly string[]): string | null {
  if (!value.startsWith('{')) return null;
  const keys = [...value.matchAll(KEY_IN_VALUE)].map(([, key]) => key!);
  for (const key of keys) {
    const near = /^(id|names|unit|op|value|is)$/.test(key)
      ? null
      : (OTHER_WORDS[key] ?? nearest(key, choices));
    if (near !== null) return near;
  }
  return null;
}
