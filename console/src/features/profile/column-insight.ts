import type { Schemas } from '../../api/client'
import {
  type Cell,
  count,
  figure,
  figureInFull,
  figureOfProfile,
  isName,
  whole,
  withoutZeroExponent,
} from '../../api/format'
import { cellWords, shortUnit, titleWithUnit, titlesOf } from '../../formats/columns'
import { maskWords } from '../../formats/contract-words'
import { day, dayOrTime, kindOfTime, timeStep } from '../../formats/moments'
import { quotedName } from '../../formats/sql'
import { columnTitle } from '../../formats/words'
import { placesOnScale } from './answer-scales'
import { futureTime } from './future-times'
import { missingCodes } from './missing-codes'
import { byCurrency, currenciesOf, isMixed, unitOfRows } from './mixed-currencies'
import { about, alwaysWords, basisOf, differentWords, type Facts } from './sample-words'

export interface Bar {
  label: string
  share: number
  /** Whether it is of all values without a bar of their own. */
  isRest?: boolean
}

/** What a page says about one column of a file. */
export interface ColumnInsight {
  name: string
  heading: string
  /** Of its values: that of the contract, or the only currency of the rows. */
  unit: string
  /** Of which kind it is, in words. */
  kind: string
  /** Facts of its values, each in words. */
  facts: string[]
  bars: Bar[]
  /** Of which rows the shares of the bars are; empty where they are of all. */
  barsBasis: string
  /** What a person may want to look at; empty where nothing is unusual. */
  look: string[]
  /** How many values lie far from the others, and how far, where they are too many for outliers; else empty. */
  tail: string
  /** The share of its values that is missing; empty where none is. */
  missing: string
  /** The statement that shows the values that are far off; empty where none is or no table has them. */
  outliers: string
  /** The statement with the amounts of each currency, where the rows have several; else empty. */
  byCurrency: string
  /** What its values typically are, in one phrase; empty where they name things. */
  typical: string
  /** Of how many rows the estimates are; empty where all figures are exact. */
  basis: string
}

type Words = (value: unknown) => string

const KINDS: Record<string, string> = {
  int: 'whole numbers',
  decimal: 'numbers',
  float: 'numbers',
  date: 'days',
  timestamp: 'times',
  bool: 'yes or no',
  string: 'texts',
  nested: 'lists or objects',
  '': 'no values',
}
/** A file may have words of its own, such as ja and nein, which stay as they are. */
const YES_OR_NO: Record<string, string> = { true: 'yes', false: 'no' }
const MOST_BARS = 10
const NUMBERS = new Set(['int', 'decimal', 'float'])

type Valued = Pick<Schemas['ColumnProfile'], 'type' | 'facts'>

const NO_KEYS: ReadonlySet<string> = new Set()

/** What the columns of a profile hold, each under a heading of its own; numbers of `keys` name things. */
export function insightsOf(
  columns: Schemas['ColumnProfile'][],
  units: Readonly<Record<string, string>> = {},
  table = '',
  titles: Readonly<Record<string, string>> = {},
  descriptions: Readonly<Record<string, string>> = {},
  masks: Readonly<Record<string, string>> = {},
  keys: ReadonlySet<string> = NO_KEYS,
): ColumnInsight[] {
  const currencies = currenciesOf(columns)
  return columns.map((column) => {
    const unit = unitOfRows(column, units[column.name] ?? '', currencies)
    const insight = {
      ...insightOf(column, unit, table, masks[column.name], keys.has(column.name)),
      heading: titleWithUnit(headingOf(column.name, titles, descriptions), unit),
    }
    if (isHidden(column.facts) || !isMixed(column, units[column.name] ?? '', currencies)) return insight
    const said = titlesOf(titles)(currencies.column)
    return {
      ...insight,
      facts: [`in ${currencies.codes.join(', ')}, by ${said}: amounts of several currencies have no mean`],
      bars: [],
      look: insight.look.filter((text) => !text.includes('outlier')),
      tail: '',
      typical: '',
      outliers: '',
      byCurrency: table ? byCurrency(column.name, currencies, table) : '',
    }
  })
}

/** A column that is only numbered, such as `q2_1`, says nothing without its question. */
const NUMBERED = /^(?:q|question|item|frage|f|v|var|column|spalte|field|feld)_?\d+(?:_[a-z0-9]+)*$/i
const MOST_OF_A_QUESTION = 100

function headingOf(
  name: string,
  titles: Readonly<Record<string, string>>,
  descriptions: Readonly<Record<string, string>>,
): string {
  const question = descriptions[name]?.trim() ?? ''
  if (titles[name] || !question || !NUMBERED.test(name)) return titlesOf(titles)(name)
  return question.length > MOST_OF_A_QUESTION ? `${question.slice(0, MOST_OF_A_QUESTION)}…` : question
}

/** What a column of a profile holds; `unit` and `mask` are those of its contract, and `table` has its rows in SQL. */
export function insightOf(
  column: Schemas['ColumnProfile'],
  unit = '',
  table = '',
  mask = '',
  isOfKey = false,
): ColumnInsight {
  const facts: Facts = column.facts
  const isNumbered = isOfKey && NUMBERS.has(column.type)
  const isNames = isNumbered || isName(column.name)
  const asTime = timeWords(facts)
  const words: Words = (value) => {
    if (column.type === 'bool') return YES_OR_NO[String(value)] ?? String(value)
    if (typeof value === 'string' && kindOfTime(value)) return asTime(value)
    const plain = typeof value === 'string' ? withoutZeroExponent(value) : (value as Cell)
    const text = column.type === 'int' && !unit ? toWhole(plain) : plain
    if (isNumbered) return text === null || text === '' ? '–' : String(text)
    if (!NUMBERS.has(column.type) || isNames || !Number.isFinite(Number(text)))
      return cellWords(column.name, text, unit, column.type)
    const carried = shortUnit(text, unit)
    return `${figureOfProfile(text, unit)}${carried ? ` ${carried}` : ''}`
  }
  const hidden = isHidden(facts)
  const bounds = boundsOf(column, words, unit)
  const bars = hidden
    ? []
    : isNumbered || namesThings(column)
      ? barsOfOneName(column, words)
      : barsOf(column, words, unit)
  return {
    name: column.name,
    heading: columnTitle(column.name),
    unit,
    kind: KINDS[column.type] ?? column.type,
    facts: hidden ? [hiddenWords(facts, mask)] : shownFacts(facts, words, bounds, isNames),
    bars,
    barsBasis: bars.length > 0 ? sharesBasis(facts) : '',
    look: [
      ...looksOf(column, words, bounds, hidden, isNumbered),
      hidden ? '' : futureWords(column, words),
    ].filter(Boolean),
    tail: hidden || isNames ? '' : tailWords(facts, words, bounds),
    missing: Number(facts.missing ?? 0) > 0 ? figure(String(facts.missing_share), 'share') : '',
    byCurrency: '',
    outliers:
      table && !hidden && !isNumbered && (!isLongTail(facts) || apartOf(facts).apart)
        ? outlierRows(column, table)
        : '',
    typical: hidden || isNames || isPlace(column) || facts.identifier ? '' : typicalOf(column, words),
    basis: hidden ? '' : basisOf(facts),
  }
}

/** A quartile or mean of whole numbers so large that a part of one says nothing: four digits would round further. */
const LEAST_WITHOUT_PARTS = 1000

const toWhole = (value: Cell): Cell =>
  Math.abs(Number(value)) >= LEAST_WITHOUT_PARTS && !Number.isInteger(Number(value))
    ? Math.round(Number(value))
    : value

/** Whether a column has values that the caller may not see. */
export const isHidden = (facts: Facts): boolean =>
  (Boolean(facts.sensitive) || Boolean(facts.personal)) && facts.top === undefined

/** Masks whose values are kept, but may hold numbers that nobody may see. */
const KEPT_MASKS: Readonly<Record<string, string>> = {
  free_text: 'a text that people write may hold numbers of cards',
  masked: 'it has what is left of a masked value',
}

/** Why the values of a column are not shown. */
function hiddenWords(facts: Facts, mask: string): string {
  const why = facts.personal
    ? 'they are about people, and you are in no group that may see them'
    : mask
      ? (KEPT_MASKS[mask] ?? maskWords(mask))
      : facts.missing === null
        ? 'they are never kept'
        : (facts.hidden_because ?? 'by its name or its values, the column may be sensitive')
  return `Its values are not shown: ${why}.`
}

/** The most frequent value says something where it is this much more frequent than the average. */
const MIN_LEAD = 1.2

/** More different values than these are names, of which the most frequent says nothing. */
const MOST_KINDS = 50

/** A value that so many rows have is said instead of the middle half. */
const MOST_ROWS = 0.5

/** What the values of a column typically are: the middle half of numbers, the most frequent of a few kinds, the span of times. */
function typicalOf(column: Valued, words: Words): string {
  const { type, facts } = column
  const bars = barsOf(column, words)
  const [most] = bars.filter(({ isRest }) => !isRest).toSorted((one, other) => other.share - one.share)
  if (facts.min !== undefined && facts.min === facts.max) return alwaysWords(facts, words(facts.min), 'range')
  if (facts.min !== undefined) {
    if (type === 'date' || type === 'timestamp')
      return `${about(facts, 'range')}${words(facts.min)} to ${words(facts.max)}`
    const quantiles = (facts.quantiles ?? {}) as Record<string, string>
    const [low, high] = [quantiles['0.25'], quantiles['0.75']]
    if (facts.values && most && most.share >= MOST_ROWS)
      return `${about(facts)}${figure(most.share, 'share')} are ${most.label}`
    if (low === undefined || high === undefined) return ''
    return low === high
      ? `at least half are ${words(low)}`
      : `${about(facts)}half lie between ${words(low)} and ${words(high)}`
  }
  if (facts.options && most) return `most often ${most.label} (${figure(most.share, 'share')})`
  const kinds = Number(facts.distinct ?? 0)
  if (!most || kinds > MOST_KINDS) return ''
  if (kinds === 1) return alwaysWords(facts, most.label, 'distinct')
  if (type !== 'bool' && kinds > 1 && most.share < MIN_LEAD / kinds)
    return `${count(kinds, 'value')} about equally often`
  return type === 'bool'
    ? `${most.label} in ${figure(most.share, 'share')}`
    : `most often ${most.label} (${figure(most.share, 'share')})`
}

/** Of so many values beyond the bounds none is an outlier: the column has a long tail. */
const TAIL_SHARE = 0.05

function isLongTail(facts: Facts): boolean {
  const { outside } = (facts.outliers ?? {}) as { outside?: number }
  return Number(outside ?? 0) > TAIL_SHARE * presentOf(facts)
}

/** Of how many rows shares are, where others have no value; answers of which a row has several say it already. */
const sharesBasis = (facts: Facts): string =>
  presentOf(facts) < Number(facts.rows ?? 0) && sharesIn(facts.options).length === 0
    ? `Shares are of the ${count(presentOf(facts), 'row')} with a value.`
    : ''

/** How many rows have a value of the column's type. */
const presentOf = (facts: Facts): number =>
  Number(facts.rows ?? 0) - Number(facts.missing ?? 0) - Number(facts.invalid ?? 0)

const DAYS_SHOWN_FROM_MS = 3 * 86_400_000

/** Times of a column that spans days are said by their days; all have their year, because a profile is of history. */
function timeWords(facts: Facts): (value: string) => string {
  const span = Date.parse(String(facts.max)) - Date.parse(String(facts.min))
  return span >= DAYS_SHOWN_FROM_MS ? day : dayOrTime
}

const missingWords = (facts: Facts): string =>
  Number(facts.missing ?? 0) > 0
    ? `${about(facts, 'missing')}${figure(String(facts.missing_share), 'share')} missing (${whole(Number(facts.missing))})`
    : ''

/** Numbers that name things, such as terminals, have no mean. */
function shownFacts(facts: Facts, words: Words, bounds: BoundWords, isNames: boolean): string[] {
  const different = differentWords(facts)
  if (facts.identifier && kindOfTime(String(facts.min))) return timesOfRows(facts, words)
  if (facts.identifier) return [different, ...examples(facts)]
  const options = sharesIn(facts.options)
  if (options.length > 0)
    return [
      `${count(options.length, 'answer')}, several at once: shares are of the rows with an answer`,
      `${differentWords(facts).replace('different value', 'combination')}`,
    ]
  if (facts.min === undefined) return [different, ...(facts.top ? [] : examples(facts))]
  if (facts.min === facts.max) return [alwaysWords(facts, words(facts.min), 'range')]
  const range = `${about(facts, 'range')}${words(facts.min)} to ${words(facts.max)}`
  if (isNames) return [range, different]
  const quantiles = (facts.quantiles ?? {}) as Record<string, string>
  const deviation =
    facts.std_days === undefined
      ? facts.std === undefined
        ? ''
        : `deviation ${about(facts, 'mean')}${words(facts.std)}`
      : ''
  return [
    range,
    [
      `median ${about(facts)}${words(facts.median)}`,
      `mean ${about(facts, 'mean')}${words(facts.mean)}`,
      deviation,
    ]
      .filter(Boolean)
      .join(', '),
    tailWords(facts, words, bounds) && `a long tail: ${tailWords(facts, words, bounds)}`,
    quantiles['0.25'] === undefined
      ? ''
      : `${about(facts)}half lie between ${words(quantiles['0.25'])} and ${words(quantiles['0.75'])}`,
  ].filter(Boolean)
}

/** The times of which each names a row: the first, the last, and the mean step between two. */
function timesOfRows(facts: Facts, words: Words): string[] {
  const steps = Number(facts.distinct ?? 0) - 1
  const spanS = (Date.parse(String(facts.max)) - Date.parse(String(facts.min))) / 1000
  return [
    `${about(facts, 'range')}${words(facts.min)} to ${words(facts.max)}`,
    steps > 0 && spanS > 0
      ? `on average ${about(facts, 'distinct')}one every ${timeStep(spanS / steps)}`
      : '',
  ].filter(Boolean)
}

/** A form that fewer values have says nothing of the column. */
const LEAST_SHARE_OF_A_FORM = 0.8

function examples(facts: Facts): string[] {
  const patterns = (facts.patterns ?? []) as { pattern: string; share: string }[]
  const [first] = patterns
  return first && Number(first.share) >= LEAST_SHARE_OF_A_FORM && isForm(first.pattern)
    ? [`${figure(first.share, 'share')} are like ${patternWords(first.pattern)}`]
    : []
}

const MOST_RUNS = 5

/** Whether a pattern is the form of an id: a few runs, with digits or a sign between them. Names and sentences have none. */
function isForm(pattern: string): boolean {
  const runs = patternWords(pattern).split(', ').length
  return runs <= MOST_RUNS && pattern.includes('9') && !pattern.includes(' ')
}

const CLASSES: Record<string, string> = { A: 'capital', a: 'small letter', '9': 'digit', ' ': 'space' }

/**
 * A pattern of a profile in words.
 *
 * @example patternWords('A{2}-9{4}') // '2 capitals, "-", 4 digits'
 */
export function patternWords(pattern: string): string {
  const parts = [...pattern.matchAll(/(.)(?:\{(\d+)\})?/gu)]
  const runs: { sign: string; many: number }[] = []
  for (const [, sign = '', many = '1'] of parts) {
    const last = runs.at(-1)
    if (last?.sign === sign) last.many += Number(many)
    else runs.push({ sign, many: Number(many) })
  }
  return runs
    .map(({ sign, many }) => {
      const name = CLASSES[sign]
      return name ? count(many, name) : `"${sign.repeat(Math.min(many, 3))}"`
    })
    .join(', ')
}

/** The shares of a few values, as a profile lists them. */
const sharesIn = (listed: unknown): { value: string; share: string }[] =>
  (listed ?? []) as { value: string; share: string }[]

function barsOf({ type, facts }: Valued, words: Words, unit = ''): Bar[] {
  const listed = [...sharesIn(facts.options), ...sharesIn(facts.values)]
  if (listed.length > 0)
    return listed.map(({ value, share }) => ({ label: words(value), share: Number(share) }))
  // The step of a single value says less than the value itself.
  if (facts.min !== undefined && facts.min === facts.max) return []
  if (facts.min !== undefined) return histogram(facts, words, type === 'int', unit)
  return barsOfTop(facts, words)
}

function barsOfTop(facts: Facts, words: Words): Bar[] {
  const top = (facts.top ?? []) as { value: string; count: number }[]
  const present = presentOf(facts)
  if (top.length === 0 || present <= 0) return []
  const bars = byScale(top.slice(0, MOST_BARS), top.length === Number(facts.distinct ?? 0)).map(
    ({ value, count: rows }) => ({ label: words(value), share: rows / present }),
  )
  const rest = 1 - bars.reduce((sum, { share }) => sum + share, 0)
  return rest > 0.0005 ? [...bars, { label: 'all others', share: rest, isRest: true }] : bars
}

/** The answers of a scale in its order, if all of them are there; others as they are, the most frequent first. */
function byScale<T extends { value: string }>(top: T[], areAll: boolean): T[] {
  const places = areAll ? placesOnScale(top.map(({ value }) => value)) : undefined
  if (!places) return top
  return top
    .map((answer, at) => ({ answer, place: places[at] ?? 0 }))
    .toSorted((one, other) => one.place - other.place)
    .map(({ answer }) => answer)
}

const namesThings = ({ name, facts }: Schemas['ColumnProfile']): boolean =>
  Boolean(facts.identifier) || (isName(name) && facts.min !== undefined)

/** Names have no distribution, but most rows may have the same one. */
function barsOfOneName({ facts }: Valued, words: Words): Bar[] {
  const [bar, ...others] = barsOfTop(facts, words)
  return bar && bar.share >= MOST_ROWS ? [bar, ...others] : []
}

interface Histogram {
  edges?: string[]
  shares?: string[]
  below?: string
  above?: string
}

/** Bars of equal width; values that are far off share one bar at each end, which says how far they reach. */
function histogram(facts: Facts, shortWords: Words, isWhole: boolean, unit: string): Bar[] {
  const { edges = [], shares = [], below, above } = (facts.histogram ?? {}) as Histogram
  const words = isWhole ? shortWords : wordsOfEdges(edges, shortWords, unit)
  const [first, last] = [edges[0], edges.at(-1)]
  if (first === undefined || last === undefined) return []
  return [
    { label: `below ${words(first)}, down to ${words(facts.min)}`, share: Number(below) },
    ...shares.map((share, at) => ({
      label: stepWords(
        Number(edges[at]),
        Math.min(Number(edges[at + 1]) - Number(isWhole), Math.max(Number(facts.max), Number(edges[at]))),
        words,
      ),
      share: Number(share),
    })),
    { label: `${words(last)} and above, up to ${words(facts.max)}`, share: Number(above) },
  ].filter(({ share }, at, all) => share > 0 || (at > 0 && at < all.length - 1))
}

const AMOUNT = /^(-?[^\d-]+)(\d{1,3})(?:\.(\d{1,2}))?$/

const MOST_PLACES = 6

/** The words of the ends of bars: with more decimals where two ends in a row would have the same words. */
function wordsOfEdges(edges: string[], words: Words, unit: string): Words {
  const [first, second] = [Number(edges[0]), Number(edges[1])]
  const areAlike = edges.some((edge, at) => at > 0 && words(edge) === words(edges[at - 1]))
  if (!areAlike || !(second > first)) return words
  const places = Math.min(MOST_PLACES, Math.max(0, 1 - Math.floor(Math.log10(second - first))))
  return (value) => {
    const carried = shortUnit(value as Cell, unit)
    return `${figureInFull(Number(Number(value).toFixed(places)), unit)}${carried ? ` ${carried}` : ''}`
  }
}

/** The unit of the first end, where the other end has the same one. */
const SAME_UNIT = /^(-?[\d,.]+) (?!– )(\S+) – (?=-?[\d,.]+ \2$)/

/** The two ends of an amount's step with the same decimals: `0.20 – 0.50` and `50.00 – 100.00`. */
function stepWords(from: number, to: number, words: Words): string {
  if (from === to) return words(from)
  const ends = [words(from), words(to)]
  const hasDecimals = ends.some((end) => AMOUNT.exec(end)?.[3])
  if (!hasDecimals) return ends.join(' – ').replace(SAME_UNIT, '$1 – ')
  return ends
    .map((end) =>
      end.replace(
        AMOUNT,
        (_, sign: string, whole: string, decimals = '') =>
          `${sign}${whole}.${String(decimals).padEnd(2, '0')}`,
      ),
    )
    .join(' – ')
}

/** A value in SQL: a number as it is, a moment as one. */
const literal = (bound: string): string =>
  Number.isNaN(Number(bound)) ? `TIMESTAMP '${bound.replace('T', ' ')}'` : bound

/** A statement that shows the values that are far off, the farthest first; empty where there is none. */
export function outlierRows(
  { name, facts }: Pick<Schemas['ColumnProfile'], 'name' | 'facts'>,
  table: string,
): string {
  const { fences, outside } = (facts.outliers ?? {}) as { fences?: string[]; outside?: number }
  if (!Number(outside ?? 0) || !fences) return ''
  const { low: lowest = '', high: highest = '' } = apartOf(facts).together ?? {}
  const [low = '', high = ''] = isLongTail(facts) && apartOf(facts).apart ? [lowest, highest] : fences
  const column = quotedName(name)
  const sides = [
    low && isBefore(facts.min, low) ? { where: `${column} < ${literal(low)}`, order: '' } : undefined,
    high && isBefore(high, facts.max) ? { where: `${column} > ${literal(high)}`, order: ' DESC' } : undefined,
  ].filter((side) => side !== undefined)
  const [side] = sides.toReversed()
  if (!side) return ''
  return `SELECT *\nFROM ${table}\nWHERE ${sides.map(({ where }) => where).join(' OR ')}\nORDER BY ${column}${side.order}\nLIMIT 1000`
}

function futureWords({ name, type, facts }: Schemas['ColumnProfile'], words: Words): string {
  const newest = futureTime(name, type, facts, Date.now())
  return newest ? `up to ${words(newest)}, which is in the future` : ''
}

function looksOf(
  { type, facts }: Valued,
  words: Words,
  bounds: BoundWords,
  hidden: boolean,
  isNumbered: boolean,
): string[] {
  const invalid = Number(facts.invalid ?? 0)
  return [
    missingWords(facts),
    invalid > 0 ? `${count(invalid, 'value')} refused` : '',
    ...(hidden || isNumbered ? [] : missingCodes(facts, NUMBERS.has(type))),
    ...(hidden || isNumbered ? [] : [apartWords(facts, words)]),
    isNumbered ? '' : outlierWords(facts, words, bounds),
  ].filter(Boolean)
}

interface Apart {
  /** How many values lie apart from all others. */
  apart?: number
  /** The least and the greatest of the others, at a side with a value apart. */
  together?: { low?: string; high?: string }
}

const apartOf = (facts: Facts): Apart => (facts.outliers ?? {}) as Apart

const APART = 'apart from all others'

/** A few values behind a wide gap, such as a mistyped one; empty without one. */
function apartWords(facts: Facts, words: Words): string {
  const { apart = 0, together = {} } = apartOf(facts)
  const { low, high } = together
  const sides = [
    low === undefined ? [] : [[facts.min, low]],
    high === undefined ? [] : [[facts.max, high]],
  ].flat()
  if (apart === 0 || sides.length === 0) return ''
  const [ends, next] = [0, 1].map((at) => sides.map((side) => words(side[at])).join(' and '))
  return `${count(apart, 'value')} ${APART}: ${ends}, the next ${sides.length === 1 ? 'is' : 'are'} ${next}`
}

/** How many values are far off; a bound that no value is beyond, such as a price below zero, is left out. */
function outlierWords(facts: Facts, words: Words, bounds: BoundWords): string {
  const { outside } = (facts.outliers ?? {}) as { outside?: number }
  const many = Number(outside ?? 0)
  // Values apart from all others are named already; where they are all outliers, there is nothing to add.
  const areNamed = many === apartOf(facts).apart && apartWords(facts, words) !== ''
  return many === 0 || isLongTail(facts) || areNamed
    ? ''
    : `${about(facts)}${count(many, 'outlier')} ${sidesWords(facts, bounds)}`.trim()
}

/** The bound that values are above or below, in words that no other value fits. */
type BoundWords = (bound: string, isAbove: boolean) => string

const MOST_DIGITS_OF_BOUND = 7

/** A bound of whole numbers is the next one inside it, and another has all of its digits: rounded, it could be a value beyond it. */
const boundsOf =
  ({ type }: Pick<Valued, 'type'>, words: Words, unit: string): BoundWords =>
  (bound, isAbove) => {
    const value = Number(bound)
    if (!NUMBERS.has(type) || !Number.isFinite(value)) return words(bound)
    if (type === 'int') return words(String(isAbove ? Math.floor(value) : Math.ceil(value)))
    if (bound.replace(/\D/g, '').length > MOST_DIGITS_OF_BOUND) return words(bound)
    const carried = shortUnit(bound, unit)
    return `${figureInFull(value, unit)}${carried ? ` ${carried}` : ''}`
  }

/** The bounds that values are beyond. */
function sidesWords(facts: Facts, bounds: BoundWords): string {
  const [low = '', high = ''] = ((facts.outliers ?? {}) as { fences?: string[] }).fences ?? []
  return [
    isBefore(facts.min, low) ? `below ${bounds(low, false)}` : '',
    isBefore(high, facts.max) ? `above ${bounds(high, true)}` : '',
  ]
    .filter(Boolean)
    .join(' or ')
}

/** Of fewer values one alone is a large share, and says nothing of a tail. */
const LEAST_WITH_TAIL = 40

/** The share of a long tail, its bounds, and the values at its ends; empty without a long tail. */
function tailWords(facts: Facts, words: Words, bounds: BoundWords): string {
  if (!isLongTail(facts) || presentOf(facts) < LEAST_WITH_TAIL) return ''
  const [low = '', high = ''] = ((facts.outliers ?? {}) as { fences?: string[] }).fences ?? []
  const together = apartOf(facts).together ?? {}
  const ends = [
    isBefore(facts.min, low) ? `down to ${words(together.low ?? facts.min)}` : '',
    isBefore(high, facts.max) ? `up to ${words(together.high ?? facts.max)}` : '',
  ].filter(Boolean)
  return `${about(facts)}${figure(outsideShare(facts), 'share')} lie ${sidesWords(facts, bounds)}, ${ends.join(' and ')}`
}

function outsideShare(facts: Facts): number {
  const { outside } = (facts.outliers ?? {}) as { outside?: number }
  return Number(outside ?? 0) / presentOf(facts)
}

/** Whether a number or a moment is less than another one. */
function isBefore(one: unknown, other: unknown): boolean {
  const [left, right] = [Number(one), Number(other)]
  return Number.isNaN(left) || Number.isNaN(right) ? String(one) < String(other) : left < right
}

/** A profile in one sentence: its size, and which columns are worth a look. */
export function headline(rows: number, insights: ColumnInsight[]): string {
  const flawed = insights.filter(({ look }) => look.length > 0)
  const size = `${count(rows, 'row')}, ${count(insights.length, 'column')}`
  if (flawed.length === 0) return `${size}; nothing is missing or far off`
  return `${size}; look at ${listed(flawed, ({ heading: name }) => name)}`
}

const MOST_NAMED = 3

const MOST_TYPICAL = 5

const isPlace = ({ name, type }: Valued & { name: string }): boolean => type === 'int' && PLACE.test(name)

const isMeasure = ({ kind }: ColumnInsight): boolean => kind === KINDS.int || kind === KINDS.decimal

/** Whole numbers that say where something is, such as a bay or a place in a list, measure nothing. */
const PLACE =
  /(^|_)(position|pos|index|idx|slot|bay|aisle|shelf|seat|dock|gate|floor|room)(_(no|nr|number))?$/i

/** The columns whose values may be followed over time: numbers that measure something, in one currency. */
export const measuresOf = (insights: ColumnInsight[]): ColumnInsight[] =>
  insights.filter((one) => one.typical && isMeasure(one))

/** What the rows of a dataset typically are, in one sentence; empty where its columns only name things. */
export function typicalRow(insights: ColumnInsight[]): string {
  const all = insights.filter(({ typical }) => typical)
  const first = new Set(
    all.toSorted((one, other) => Number(isMeasure(other)) - Number(isMeasure(one))).slice(0, MOST_TYPICAL),
  )
  const parts = all.filter((one) => first.has(one)).map(({ heading: name, typical }) => `${name}: ${typical}`)
  return parts.length > 0 ? `${parts.join(' · ')}.` : ''
}

/** Columns to look at before others: those with something odd, then those with a distribution, and names last. */
export const byInterest = (insights: ColumnInsight[]): ColumnInsight[] =>
  insights.toSorted((one, other) => interestOf(other) - interestOf(one))

const interestOf = ({ look, bars, typical }: ColumnInsight): number =>
  4 * Number(look.some((text) => !isGap(text))) + 2 * Number(bars.length > 0) + Number(Boolean(typical))

/** Values that are missing are how many columns come, such as labels that are not known yet; they are no fault. */
export const isGap = (text: string): boolean => / missing \(/.test(text)

/** Whether a dataset is complete, in one sentence; a column that may be empty counts as well. */
export function completeness(insights: ColumnInsight[]): string {
  const gaps = insights.filter(({ missing }) => missing)
  if (gaps.length === 0) return 'Complete: no value is missing.'
  const empty = gaps.filter(isEmpty)
  const partly = gaps.filter((one) => !isEmpty(one))
  const many = `${whole(empty.length)} of ${count(insights.length, 'column')} ${empty.length === 1 ? 'is' : 'are'} empty`
  return [
    empty.length > 0 ? `${many}: ${listed(empty, ({ heading: name }) => name)}.` : '',
    partly.length > 0 ? missingOf(partly) : '',
  ]
    .filter(Boolean)
    .join(' ')
}

/** Whether no row has a value of the column. */
export const isEmpty = ({ missing }: Pick<ColumnInsight, 'missing'>): boolean => missing === '100 %'

function missingOf(gaps: ColumnInsight[]): string {
  return `Missing are values of ${listed(gaps, ({ heading: name, missing }) => `${name} (${missing})`)}.`
}

/** What is odd in a dataset, in one or two sentences. */
export function oddities(insights: ColumnInsight[]): string {
  const odd = insights
    .map((one) => ({ ...one, odd: one.look.filter((text) => !isGap(text)) }))
    .filter((one) => one.odd.length > 0)
    .toSorted((one, other) => Number(hasApart(other)) - Number(hasApart(one)))
  const tails = insights.filter(({ tail }) => tail)
  const sentences = [
    odd.length > 0 ? `Far off: ${listed(odd, (one) => `${one.heading} (${one.odd.join(', ')})`)}.` : '',
    tails.length > 0 ? `Long tails: ${listed(tails, (one) => `${one.heading} (${one.tail})`)}.` : '',
  ].filter(Boolean)
  return sentences.join(' ') || `Nothing ${insights.some(isEmpty) ? 'else ' : ''}is far off.`
}

const hasApart = ({ look }: ColumnInsight): boolean => look.some((text) => text.includes(APART))

/** The first few in words, and how many more there are. */
function listed<T>(all: T[], words: (one: T) => string): string {
  const named = all.slice(0, MOST_NAMED).map(words).join(', ')
  return all.length > MOST_NAMED ? `${named} and ${count(all.length - MOST_NAMED, 'more column')}` : named
}

/** A correlation of at least this size is named. */
export const STRONG = 0.5
const MOST_PAIRS = 8

/** Pairs of columns that move together, the strongest first, in words. */
export function strongPairs(
  pairs: Schemas['Correlation'][],
  titles: Readonly<Record<string, string>> = {},
): { words: string; r: number }[] {
  return pairs
    .filter(({ r }) => Math.abs(r) >= STRONG)
    .sort((one, other) => Math.abs(other.r) - Math.abs(one.r))
    .slice(0, MOST_PAIRS)
    .map(({ left, right, r }) => {
      const [one, other] = [left, right].map(titlesOf(titles)) as [string, string]
      const words = r > 0 ? `High ${one} goes with high ${other}` : `High ${one} goes with low ${other}`
      return { words, r }
    })
}
