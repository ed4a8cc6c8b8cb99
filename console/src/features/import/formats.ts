import type { Format } from './edits'

type Kind = 'number' | 'day' | 'truth' | 'text'

/** What a field's type is to a person who says how it is written. */
export function kindOf(type: string): Kind {
  if (/^(decimal|double|float|(small|big|tiny)?int)/.test(type)) return 'number'
  if (/^(date|timestamp)/.test(type)) return 'day'
  return type.startsWith('boolean') ? 'truth' : 'text'
}

interface Choice {
  label: string
  format: Format
}

const CHOICES: Record<Kind, Choice[]> = {
  number: [
    { label: 'decimal comma: 13,50', format: { decimal: ',' } },
    { label: 'decimal comma, points between thousands: 1.299,00', format: { decimal: ',', thousands: '.' } },
    { label: 'commas between thousands: 1,299.00', format: { thousands: ',' } },
    { label: 'each number by itself: 1.299,00 or 1,299.00', format: { decimal: 'either' } },
    { label: 'seconds, written as hours:minutes:seconds: 2:01:12', format: { duration: 'h:mm:ss' } },
    { label: 'seconds, written as hours:minutes: 37:45', format: { duration: 'h:mm' } },
    { label: 'seconds, written as minutes:seconds: 59:12', format: { duration: 'm:ss' } },
  ],
  day: [
    { label: 'dd.MM.yyyy: 31.12.2026', format: { patterns: ['dd.MM.yyyy'] } },
    { label: 'dd.MM.yy: 31.12.26', format: { patterns: ['dd.MM.yy'] } },
    { label: 'dd/MM/yyyy: 31/12/2026', format: { patterns: ['dd/MM/yyyy'] } },
    { label: 'MM/dd/yyyy: 12/31/2026', format: { patterns: ['MM/dd/yyyy'] } },
    {
      label: 'yyyy.MM.dd: 2026.12.31 or 2026.12.31.',
      format: { patterns: ['yyyy.MM.dd', 'yyyy.MM.dd.', 'yyyy. M. d.'] },
    },
    { label: 'yyyy/MM/dd: 2026/12/31', format: { patterns: ['yyyy/MM/dd'] } },
    { label: 'yyyy年M月d日: 2026年12月31日', format: { patterns: ['yyyy年M月d日'] } },
    { label: 'd-MMM-yyyy: 31-Dec-2026', format: { patterns: ['d-MMM-yyyy', 'd/MMM/yyyy'] } },
  ],
  truth: [
    { label: 'ja/nein', format: { trueWords: ['ja'], falseWords: ['nein'] } },
    { label: 'yes/no', format: { trueWords: ['yes'], falseWords: ['no'] } },
    { label: 'yes/no/y/n', format: { trueWords: ['yes', 'y'], falseWords: ['no', 'n'] } },
    { label: 'ja/nein/j/n', format: { trueWords: ['ja', 'j'], falseWords: ['nein', 'n'] } },
    { label: 'oui/non/o/n', format: { trueWords: ['oui', 'o'], falseWords: ['non', 'n'] } },
    { label: 'sí/no', format: { trueWords: ['sí', 'si', 'sì', 's'], falseWords: ['no', 'n'] } },
    { label: 'x or empty', format: { trueWords: ['x'], falseWords: ['-'] } },
  ],
  text: [],
}

const time = (date: string, example: string): Choice => ({
  label: `${date} HH:mm[:ss]: ${example} 18:30`,
  format: { patterns: [`${date} HH:mm`, `${date} HH:mm:ss`] },
})

/** Dates with a time of day, which a day alone would lose. */
const TIMES: Choice[] = [
  time('dd.MM.yyyy', '31.12.2026'),
  time('dd/MM/yyyy', '31/12/2026'),
  time('MM/dd/yyyy', '12/31/2026'),
]

const SINCE_1970: Choice[] = [
  { label: 'seconds since 1970: 1764547200', format: { epoch: 's' } },
  { label: 'milliseconds since 1970: 1764547200000', format: { epoch: 'ms' } },
]

const MIDNIGHT: Choice = {
  label: 'a day means midnight (UTC): 2026-12-31',
  format: { patterns: ['yyyy-MM-dd'] },
}

/** How a field of a type may be written, beside the plain spelling. */
export const formatChoices = (type: string): Choice[] => [
  ...(type.startsWith('timestamp') ? [...TIMES, ...SINCE_1970, MIDNIGHT] : []),
  ...CHOICES[kindOf(type)],
  { label: 'without blanks around', format: { trim: true } },
]

/** The plain spelling of a field, in words where its contract declares another one. */
export function plainFormat(type: string, declared: Format): Format {
  const kind = kindOf(type)
  if (kind === 'number' && formatWords(declared)) return { decimal: '.' }
  if (kind === 'truth' && declared.trueWords) return { trueWords: ['true'], falseWords: ['false'] }
  return {}
}

const PLAIN_EXAMPLES: Record<Kind, string> = {
  number: '13.50',
  day: '2026-12-31',
  truth: 'true/false',
  text: 'as in the file',
}

/** A value in the plain spelling of a type; a time is no day. */
export const plainExample = (type: string): string =>
  type.startsWith('timestamp') ? '2026-12-31 18:30' : PLAIN_EXAMPLES[kindOf(type)]

const list = (value: unknown): string[] => (Array.isArray(value) ? value.map(String) : [])

/** The patterns of dates in a format. */
export const patternsOf = ({ patterns }: Format): string[] => list(patterns)

/** Patterns in words: two that differ in the seconds are `dd/MM/yyyy HH:mm[:ss]`. */
function patternWords(patterns: string[]): string {
  const [first = '', second] = patterns
  return patterns.length === 2 && second === `${first}:ss` ? `${first}[:ss]` : patterns.join(' or ')
}

const DECIMALS: Readonly<Record<string, string>> = {
  ',': 'decimal comma',
  '.': 'decimal point',
  either: 'points or commas, each number by itself',
}

/** The formats of durations in words. */
export const DURATIONS: Readonly<Record<string, string>> = {
  'h:mm:ss': 'hours:minutes:seconds',
  'h:mm': 'hours:minutes',
  'm:ss': 'minutes:seconds',
}

const EPOCHS: Readonly<Record<string, string>> = {
  s: 'seconds since 1970',
  ms: 'milliseconds since 1970',
}

/** A format in the words of a person; empty for the plain spelling. */
export function formatWords(format: Format | undefined): string {
  if (!format) return ''
  const words = [
    DECIMALS[String(format.decimal)] ?? '',
    format.thousands ? `“${String(format.thousands)}” between thousands` : '',
    patternWords(list(format.patterns)),
    DURATIONS[String(format.duration)] ?? '',
    EPOCHS[String(format.epoch)] ?? '',
    format.trueWords ? `${list(format.trueWords).join(', ')}/${list(format.falseWords).join(', ')}` : '',
    [...list(format.currency), ...list(format.units)].join(', '),
    format.percent ? 'percent' : '',
    format.nulls ? `empty: ${list(format.nulls).join(', ')}` : '',
    format.trim ? 'without blanks around' : '',
    format.timezone ? `times of ${String(format.timezone)}` : '',
  ]
  return words.filter(Boolean).join(' · ')
}

/** Whether a suggested format is of the field's kind. */
export function fits(readAs: string, type: string): boolean {
  return kindOf(readAs) === kindOf(type) || (kindOf(type) === 'text' && readAs === 'string')
}
