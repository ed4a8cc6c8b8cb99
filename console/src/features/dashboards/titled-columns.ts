import { COUNT } from '../../formats/template'

const NAME = /\{(\w+)\}/g
const WORD = /[\p{L}\p{N}]+/gu
/** A column that writes a figure of the table into the title, such as `title_difference`. */
const OF_TITLE = /^title_/

const wordsOf = (text: string): string[] => text.toLowerCase().match(WORD) ?? []

/**
 * The columns that the title of a table is about, in the order in which it names them: those of its answer's first part, and those whose heading is in its words.
 *
 * @example titledColumns([{ name: 'region' }, { name: 'orders' }], ['Region', 'Orders'], 'Orders by region') // ['orders', 'region']
 */
export function titledColumns(
  columns: readonly { name: string }[],
  headings: readonly string[],
  title: string,
  answer = '',
): string[] {
  const [first = ''] = answer.split('; ')
  const named = [...first.matchAll(NAME)].map(([, name = '']) => name.replace(OF_TITLE, ''))
  const said = ` ${wordsOf(title).join(' ')} `
  const placed = columns.flatMap(({ name }, place) => {
    // A unit in brackets is no word of the title.
    const words = wordsOf((headings[place] ?? '').replace(/\s*\([^()]*\)/g, '')).join(' ')
    const at = words ? said.indexOf(` ${words} `) : -1
    return at < 0 ? [] : [{ name, at }]
  })
  const inWords = placed.sort((one, other) => one.at - other.at).map(({ name }) => name)
  const names = new Set(columns.map(({ name }) => name))
  return [...new Set([...named, ...inWords])].filter((name) => name !== COUNT && names.has(name))
}
