import type { Names } from './bundle.ts';
import type { Reader } from './reader.ts';

/** The `names` of a thing: a text for people in each language, at least in `en`. */
export function namesOf(at: Reader): Names {
  const names = at.at('names');
  if (!names.has('en')) names.fail('must have a name in en');
  const languages = names.has('en') ? names.keys() : [];
  return Object.fromEntries(languages.map((language) => [language, names.at(language).text(/^.{1,200}$/u)]));
}
