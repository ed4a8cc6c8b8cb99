import type { Schemas } from '../../api/client'

/** How the values of each field are written in the file, by the keys of `headgate.format`. */
export type Spellings = Readonly<Record<string, Readonly<Record<string, unknown>>>>

const DECIMAL = /^-?\d+\.\d+$/
const MOMENT = /^(\d{4})-(\d\d)-(\d\d)(?:[ T](\d\d):(\d\d)(?::(\d\d))?)?$/
/** The places between groups of three digits. */
const THOUSANDS = /(?<=\d)(?=(?:\d{3})+$)/g
/** Other parts, such as names of months, are not written here. */
const PLAIN_PATTERN = /^(?:yyyy|MM|dd|HH|mm|ss|[^A-Za-z])+$/
const PARTS = ['yyyy', 'MM', 'dd', 'HH', 'mm', 'ss']

/**
 * A stored value as its file writes it; undefined where nothing says how.
 *
 * @example asInFile('-4.5000', { decimal: ',' }) // '-4,50'
 */
export function asInFile(text: string, spelling: Spellings[string] | undefined): string | undefined {
  const { decimal, thousands, patterns, trueWords, falseWords } = spelling ?? {}
  if (typeof decimal === 'string' && decimal !== 'either' && DECIMAL.test(text)) {
    const [whole = '', places = ''] = text.split('.')
    const grouped = typeof thousands === 'string' ? whole.replace(THOUSANDS, thousands) : whole
    return `${grouped}${decimal}${places.replace(/0+$/, '').padEnd(2, '0')}`
  }
  const words = text === 'true' ? trueWords : text === 'false' ? falseWords : undefined
  if (Array.isArray(words) && words.length > 0) return String(words[0])
  const [, ...parts] = MOMENT.exec(text) ?? []
  const pattern = Array.isArray(patterns) ? String(patterns[0]) : ''
  if (parts.length === 0 || !isDay(parts) || !PLAIN_PATTERN.test(pattern)) return undefined
  return pattern.replace(/yyyy|MM|dd|HH|mm|ss/g, (part) => parts[PARTS.indexOf(part)] ?? '00')
}

/** Whether a calendar has the day: a text that is none was not read, and is as it was sent. */
function isDay([year, month, day]: string[]): boolean {
  const at = new Date(Date.UTC(Number(year), Number(month) - 1, Number(day)))
  return at.getUTCMonth() === Number(month) - 1 && at.getUTCDate() === Number(day)
}

/** A cell of a refused row as its file writes it; the text that was not of its type is as it was sent. */
export const cellAsSent = (
  { rule, column, record }: Pick<Schemas['RejectedRow'], 'rule' | 'column' | 'record'>,
  name: string,
  spellings: Spellings,
): string | null => {
  const text = record[name] ?? null
  const isUnread = rule === 'type' && name === column
  return text === null || isUnread ? text : (asInFile(text, spellings[name]) ?? text)
}
