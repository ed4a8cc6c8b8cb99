/** How the values of each field are written in the file, by the keys of `headgate.format`. */
export type Spellings = Readonly<Record<string, Readonly<Record<string, unknown>>>>

const DECIMAL = /^-?\d+\.\d+$/
const MOMENT = /^(\d{4})-(\d\d)-(\d\d)(?:[ T](\d\d):(\d\d)(?::(\d\d))?)?$/
/** Other parts, such as names of months, are not written here. */
const PLAIN_PATTERN = /^(?:yyyy|MM|dd|HH|mm|ss|[^A-Za-z])+$/
const PARTS = ['yyyy', 'MM', 'dd', 'HH', 'mm', 'ss']

/**
 * A stored value as its file writes it; undefined where nothing says how.
 *
 * @example asInFile('-4.5000', { decimal: ',' }) // '-4,50'
 */
export function asInFile(text: string, spelling: Spellings[string] | undefined): string | undefined {
  const { decimal, patterns } = spelling ?? {}
  if (typeof decimal === 'string' && DECIMAL.test(text)) {
    const [whole = '', places = ''] = text.split('.')
    return `${whole}${decimal}${places.replace(/0+$/, '').padEnd(2, '0')}`
  }
  const [, ...parts] = MOMENT.exec(text) ?? []
  const pattern = Array.isArray(patterns) ? String(patterns[0]) : ''
  if (parts.length === 0 || !PLAIN_PATTERN.test(pattern)) return undefined
  return pattern.replace(/yyyy|MM|dd|HH|mm|ss/g, (part) => parts[PARTS.indexOf(part)] ?? '00')
}
