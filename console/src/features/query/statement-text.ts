/** A part of a statement: a text, a name in quotes, a comment, a word, blanks or one sign. */
export interface Part {
  kind: 'text' | 'name' | 'comment' | 'word' | 'blank' | 'sign'
  /** As it is written. */
  text: string
  from: number
  until: number
}

const PARTS =
  /(?<text>'(?:[^']|'')*')|(?<comment>--[^\n]*|\/\*[\s\S]*?\*\/)|(?<name>"(?:[^"]|"")*"|`[^`]*`)|(?<word>[A-Za-z_][\w$]*)|(?<blank>\s+)|(?<sign>[\s\S])/g

/**
 * The parts of a statement in their order, of which together it consists; a quote that nothing closes is a sign.
 *
 * @example partsOf("a='b'").map(({ kind }) => kind) // ['word', 'sign', 'text']
 */
export const partsOf = (sql: string): Part[] =>
  [...sql.matchAll(PARTS)].map(({ 0: text, index: from, groups = {} }) => {
    const kind = Object.keys(groups).find((each) => groups[each] !== undefined) as Part['kind']
    return { kind, text, from, until: from + text.length }
  })

/** A statement in which the parts of these kinds are other ones. */
const replaced = (sql: string, kinds: Part['kind'][], by: (text: string) => string): string =>
  partsOf(sql)
    .map(({ kind, text }) => (kinds.includes(kind) ? by(text) : text))
    .join('')

/** The words of a statement without its texts and comments. A name in quotes stays, also with an apostrophe or dashes. */
export const withoutTexts = (sql: string): string => replaced(sql, ['text', 'comment'], () => ' ')

/** A statement of the same length with blanks in place of its texts and comments. */
export const blankTexts = (sql: string): string =>
  replaced(sql, ['text', 'comment'], (text) => ' '.repeat(text.length))

/** A statement of the same length in which texts, names in quotes and comments have no words. */
export const masking = (sql: string): string =>
  replaced(sql, ['text', 'comment', 'name'], (text) => '_'.repeat(text.length))
