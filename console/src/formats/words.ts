import type { Cell } from '../api/format'
import { nameOfCode } from './code-names'

const REGIONS = new Intl.DisplayNames(['en'], { type: 'region' })
const PLACE = /^(region|country)(_id|_code)?$/
const PART = /^([a-z_]+)=([^/]+)$/
const ABBREVIATIONS = new Set(['api', 'auc', 'csv', 'cvv', 'iban', 'pci', 'sql', 'ssn', 'url', 'vat'])
const SNAKE = /^[a-z0-9]+(_[a-z0-9]+)+$/

/**
 * A column's name as the heading that people read.
 *
 * @example heading('expected_value_365d') // 'Expected value 365 days'
 */
export function heading(column: string, unit = ''): string {
  if (!/^[a-z0-9_]+$/.test(column)) return column
  const unnamed = /^_col_?(\d+)$/.exec(column)
  if (unnamed) return `Column ${Number(unnamed[1]) + 1}`
  const end = /^(lower|upper)_(\d{2})$/.exec(column)
  if (end) return `${end[1] === 'lower' ? 'Low' : 'High'} end (${manyOf(Number(end[2]))})`
  const parts = column.split('_').filter(Boolean)
  while (parts.length > 1 && !isOfName(parts) && isNoWord(parts.at(-1) ?? '', unit)) parts.pop()
  const words = parts.map(wordOf).join(' ')
  return capitalised(words)
}

/**
 * Words one after the other, as a sentence lists them.
 *
 * @example inSeries(['the runs', 'the files', 'the cost']) // 'the runs, the files and the cost'
 */
export const inSeries = (parts: string[]): string =>
  parts.length > 1 ? `${parts.slice(0, -1).join(', ')} and ${parts.at(-1) ?? ''}` : (parts[0] ?? '')

/** How a column of a dataset is called. */
export type TitleOf = (column: string) => string

/**
 * The title of a dataset's column without a label in its contract, as reasons of the gate have it: all words of its name.
 *
 * @example columnTitle('vat_updated_at') // 'VAT updated at'
 */
export const columnTitle: TitleOf = (column) =>
  /^[a-z0-9_]+$/.test(column)
    ? capitalised(column.split('_').filter(Boolean).map(wordOf).join(' '))
    : capitalised(column.replaceAll('_', ' '))

/**
 * A heading for each column, no two alike: columns that would share one keep the words that say their kind.
 *
 * @example uniqueHeadings(['product_id', 'product_name']).get('product_id') // 'Product id'
 */
export function uniqueHeadings(columns: string[]): Map<string, string> {
  const times = new Map<string, number>()
  for (const column of columns) times.set(heading(column), (times.get(heading(column)) ?? 0) + 1)
  return new Map(
    columns.map((column) => [
      column,
      (times.get(heading(column)) ?? 0) > 1 ? columnTitle(column) : heading(column),
    ]),
  )
}

const wordOf = (part: string): string =>
  ABBREVIATIONS.has(part) ? part.toUpperCase() : part.replace(/^(\d+)d$/, '$1 days')

/** A currency is said by the sign of each value; a share, a probability or a rank is said by its heading only. */
const isNoWord = (part: string, unit: string): boolean =>
  ['id', 'on', 'at', 'name'].includes(part) || (/^[A-Z]{3}$/.test(unit) && part === unit.toLowerCase())

const NAME_KINDS = new Set(['full', 'first', 'last', 'middle', 'given', 'family', 'display', 'short', 'long'])

/** Whether a column's last word cannot be left out: "full" says nothing without "name". */
const isOfName = (parts: string[]): boolean =>
  parts.length === 2 && parts[1] === 'name' && NAME_KINDS.has(parts[0] ?? '')

/** A percentage as people count: 80 is "8 of 10". */
export function manyOf(percent: number): string {
  const [many, of] =
    percent % 10 === 0 ? [percent / 10, 10] : percent % 5 === 0 ? [percent / 5, 20] : [percent, 100]
  return `${many} of ${of}`
}

/** A text with one full stop at its end, also behind a heading such as "Tel.". */
export const sentence = (text: string): string => (/[.!?]$/.test(text) ? text : `${text}.`)

/** A label after other words: its first word begins small, unless it is all capitals. */
export const inSentence = (label: string): string =>
  /^\p{Lu}{2}/u.test(label) ? label : `${label.charAt(0).toLowerCase()}${label.slice(1)}`

export const capitalised = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)

/** A text of a cell in people's words: `region=IE/category=bags` is "Ireland · bags", `not_found` is "not found". */
export function label(value: Cell | undefined, column = ''): string {
  if (value === null || value === undefined || value === '') return '–'
  if (typeof value === 'boolean') return value ? 'yes' : 'no'
  const text = String(value)
  const parts = text.split('/').map((part) => PART.exec(part))
  if (parts.every((part) => part !== null))
    return parts.map((part) => member(part[1] ?? '', part[2] ?? '')).join(' · ')
  const named = nameOfCode(column, text)
  if (named) return named
  if (PLACE.test(column)) return member('region', text)
  if (column === 'metric') return measureName(text)
  if (column && /^\((all|other|unknown)\)$/.test(text)) return member(column, text)
  return SNAKE.test(text) ? text.replaceAll('_', ' ') : text
}

/** A code of a country or a member such as `category=kitchen`. */
const CODED = /^([A-Z]{2}|[a-z_]+=.+)$/

/**
 * The name that pages and charts have for a code; undefined of another text.
 *
 * @example codeName('FR', 'region_id') // 'France'
 */
export function codeName(value: Cell | undefined, column: string): string | undefined {
  const code = String(value)
  const name = CODED.test(code) ? label(value, column) : (nameOfCode(column, code) ?? code)
  return name === code ? undefined : name
}

/** Measures of a model's quality whose names are abbreviations. */
const MEASURES: Readonly<Record<string, string>> = {
  auc: 'ranks right, share of pairs (AUC)',
  average_precision: 'average precision',
  brier: 'squared error of the probability (Brier)',
  ece: 'calibration error (ECE)',
}

const measureName = (text: string): string => MEASURES[text] ?? label(text)

/** One member of a series: a country by its name; `(other)` and `(all)` with the plural of what they add up. */
function member(key: string, value: string): string {
  const bare = key.replace(/_(id|code|name)$/, '')
  const named = nameOfCode(key, value)
  if (named) return named
  if (PLACE.test(key) && /^[A-Z]{2}$/.test(value)) return REGIONS.of(value) ?? value
  if (value === '(other)') return `other ${plural(bare)}`
  if (value === '(all)') return `all ${plural(bare)}`
  if (value === '(unknown)') return `unknown ${bare}`
  return label(value)
}

const plural = (word: string): string => (word.endsWith('y') ? `${word.slice(0, -1)}ies` : `${word}s`)

/** A long id or key with its middle left out, so that its beginning and its end stay readable. */
export function shortened(text: string, most = 40): string {
  if (text.length <= most) return text
  const half = Math.floor((most - 1) / 2)
  return `${text.slice(0, half)}…${text.slice(-half)}`
}

/**
 * The key of a file with what tells it apart: its first folder and its last part.
 *
 * @example fileParts('orders/dt=2026-01-02/run=a/part-1.csv') // ['orders/…/', 'part-1.csv']
 */
export function fileParts(key: string): [string, string] {
  const parts = key.split('/')
  const last = parts.pop() ?? ''
  const [first] = parts
  if (first === undefined) return ['', last]
  return [parts.length > 1 ? `${first}/…/` : `${first}/`, last]
}

/** A drift of a distribution as the gate measures it: the index is for those who know its scale. */
export const SPREAD = /its values are spread differently: population stability index [\d.]+/

/** How a column of a file differs from the files before, with the column's title: the rule's name is left out. */
export const driftWords = (drift: string): string =>
  drift
    .split(/; (?=[a-z0-9_]+: )/)
    .map((part) =>
      part
        .replace(/^file: /, '')
        .replace(/^([a-z0-9_]+)(?=: )/, (column) => columnTitle(column))
        .replace(/ \[[a-z_]+\]$/, '')
        .replace(SPREAD, 'its values are spread very differently from before')
        .replace(/\b100\.0%/g, '100%')
        .replace(/(\d)%/g, '$1 %'),
    )
    .join('; ')
