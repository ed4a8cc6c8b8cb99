import type { Cell } from '../api/format'

const REGIONS = new Intl.DisplayNames(['en'], { type: 'region' })
const PLACE = /^(region|country)(_id|_code)?$/
const PART = /^([a-z_]+)=([^/]+)$/
const ABBREVIATIONS = new Set(['api', 'auc', 'csv', 'cvv', 'iban', 'pci', 'sql', 'url', 'vat'])
const SNAKE = /^[a-z0-9]+(_[a-z0-9]+)+$/

/**
 * A column's name as the heading that people read.
 *
 * @example heading('expected_value_365d') // 'Expected value 365 days'
 */
export function heading(column: string, unit = ''): string {
  if (!/^[a-z0-9_]+$/.test(column)) return column
  const parts = column.split('_').filter(Boolean)
  while (parts.length > 1 && isNoWord(parts.at(-1) ?? '', unit)) parts.pop()
  const words = parts.map(wordOf).join(' ')
  return capitalised(words)
}

const wordOf = (part: string): string =>
  ABBREVIATIONS.has(part) ? part.toUpperCase() : part.replace(/^(\d+)d$/, '$1 days')

const isNoWord = (part: string, unit: string): boolean =>
  ['id', 'on', 'at', 'name'].includes(part) || part === unit.toLowerCase()

export const capitalised = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)

/** A text of a cell in people's words: `region=IE/category=bags` is "Ireland · bags", `not_found` is "not found". */
export function label(value: Cell | undefined, column = ''): string {
  if (value === null || value === undefined || value === '') return '–'
  if (typeof value === 'boolean') return value ? 'yes' : 'no'
  const text = String(value)
  const parts = text.split('/').map((part) => PART.exec(part))
  if (parts.every((part) => part !== null))
    return parts.map((part) => member(part[1] ?? '', part[2] ?? '')).join(' · ')
  if (PLACE.test(column)) return member('region', text)
  if (column && /^\((all|other|unknown)\)$/.test(text)) return member(column, text)
  return SNAKE.test(text) ? text.replaceAll('_', ' ') : text
}

/** One member of a series: a country by its name; `(other)` and `(all)` with the plural of what they add up. */
function member(key: string, value: string): string {
  const bare = key.replace(/_(id|code|name)$/, '')
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
