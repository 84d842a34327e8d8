import { IsBoolean, IsIn, IsInt, Matches, Max, Min, ValidateBy, ValidateIf } from 'class-validator';
import { INSTANT_RULE, isInstant } from '../instant.ts';
import { COUNTRIES, CURRENCIES } from './iso-codes.ts';

// The rules that payload fields are made of. Each says its rule in one sentence, which is what a refused producer
// reads, and carries what the JSON Schema generated from the class says about it.

export const ID_CHARS_MAX = 128;
/**
 * Ids become keys of objects sooner or later, so the names with a meaning of their own there are no ids. Nor has an id
 * a `~` or `@`: the names of account instances are made with them (domain/policy/account-instance.ts).
 */
export const ID_PATTERN = /^(?!(?:__proto__|constructor|prototype)$)[A-Za-z0-9._:-]{1,128}$/;
export const ID_RULE = `must be 1 to ${ID_CHARS_MAX} characters of A-Z a-z 0-9 . _ : -, and no reserved word`;
/** Grant ids may be made from positions, which contain slashes. */
export const GRANT_ID_PATTERN = /^[A-Za-z0-9._:/-]{1,128}$/;
export const GRANT_ID_RULE = `must be 1 to ${ID_CHARS_MAX} characters of A-Z a-z 0-9 . _ : / -`;
export const TEXT_CHARS_MAX = 256;
/** Well-formed Unicode without NUL: everything else cannot be stored everywhere. */
export const TEXT_PATTERN = /^[^\u0000\uD800-\uDFFF]{1,256}$/u;
export const TEXT_RULE = `must be a text of 1 to ${TEXT_CHARS_MAX} characters without NUL or lone surrogates`;
export const ANSWERS_MAX = 64;
export const ANSWERS_RULE = `must be an object of at most ${ANSWERS_MAX} answers; each question and answer ${ID_RULE}`;
export const STARS_MIN = 1;
export const STARS_MAX = 5;
const RATED = ['description', 'service', 'logistics'];
const RATING = { type: 'integer', minimum: STARS_MIN, maximum: STARS_MAX } as const;
export const RATINGS_RULE =
  `must be an object of at least one of ${RATED.join(', ')}, ` +
  `each an integer from ${STARS_MIN} to ${STARS_MAX}`;

export const Id = (): PropertyDecorator => Matches(ID_PATTERN, { message: ID_RULE });
export const GrantId = (): PropertyDecorator => Matches(GRANT_ID_PATTERN, { message: GRANT_ID_RULE });
export const Text = (): PropertyDecorator => Matches(TEXT_PATTERN, { message: TEXT_RULE });
export const Currency = (): PropertyDecorator =>
  IsIn(CURRENCIES, { message: 'must be an ISO 4217 currency code in capitals' });
export const Country = (): PropertyDecorator =>
  IsIn(COUNTRIES, { message: 'must be an ISO 3166-1 alpha-2 country code in capitals' });

/** Absent or valid; null is neither. */
export const MayBeAbsent = (): PropertyDecorator => ValidateIf((_payload, value) => value !== undefined);

export const Flag = (): PropertyDecorator => IsBoolean({ message: 'must be true or false' });

export const OneOf = (values: readonly string[]): PropertyDecorator =>
  IsIn(values, { message: `must be one of ${values.join(', ')}` });

export function Integer(minimum: number, maximum: number): PropertyDecorator {
  const message = `must be an integer from ${minimum} to ${maximum}`;
  // In this order: the schema takes its `type` from the last one, and bounds alone would say `number`.
  return all([Min(minimum, { message }), Max(maximum, { message }), IsInt({ message })]);
}

/** Minor units and counts: what a double still holds exactly. */
export const Amount = (): PropertyDecorator => Integer(0, Number.MAX_SAFE_INTEGER);

export const InstantText = (): PropertyDecorator =>
  ValidateBy({ name: 'isInstant', validator: { validate: isInstant } }, { message: INSTANT_RULE });

/** One to five of something, of a review. */
export const Stars = (): PropertyDecorator => Integer(STARS_MIN, STARS_MAX);

export const DetailedRatings = (): PropertyDecorator =>
  ValidateBy({ name: 'isRatings', validator: { validate: isRatings } }, { message: RATINGS_RULE });

export const Answers = (): PropertyDecorator =>
  ValidateBy({ name: 'isAnswers', validator: { validate: isAnswers } }, { message: ANSWERS_RULE });

/** What the rules of our own mean in JSON Schema; class-validator's own are known to the generator. */
export const RULE_SCHEMAS = {
  isInstant: { type: 'string', format: 'date-time' },
  isRatings: {
    type: 'object',
    minProperties: 1,
    properties: { description: RATING, service: RATING, logistics: RATING },
    additionalProperties: false,
  },
  isAnswers: {
    type: 'object',
    maxProperties: ANSWERS_MAX,
    propertyNames: { pattern: ID_PATTERN.source },
    additionalProperties: { type: 'string', pattern: ID_PATTERN.source },
  },
} as const;

function isRatings(value: unknown): boolean {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return false;
  const ratings = Object.entries(value);
  const isRating = (rating: unknown): boolean =>
    Number.isInteger(rating) && STARS_MIN <= (rating as number) && (rating as number) <= STARS_MAX;
  return ratings.length > 0 && ratings.every(([name, rating]) => RATED.includes(name) && isRating(rating));
}

function isAnswers(value: unknown): boolean {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return false;
  const answers = Object.entries(value);
  return (
    answers.length <= ANSWERS_MAX &&
    answers.every(
      ([key, answer]) => ID_PATTERN.test(key) && typeof answer === 'string' && ID_PATTERN.test(answer),
    )
  );
}

function all(decorators: readonly PropertyDecorator[]): PropertyDecorator {
  return (target, property) => {
    for (const decorate of decorators) decorate(target, property);
  };
}
