import { signOfCurrency } from '../../api/format'

/** A heading's title, and the unit that it names. */
export interface HeadingUnit {
  /** The words of the heading without the unit; empty where the unit is all that it says. */
  title: string
  /** A unit, the code of a currency, or `percent`; empty for none. */
  unit: string
}

const UNITS = (
  's ms µs min h d mg g kg t mm cm m km ml l °C °F K W kW MW Wh kWh MWh GWh V mV kV A mA Ah bar mbar Pa hPa kPa ' +
  'MPa GPa N kN Nm J kJ Hz kHz MHz dB lx ppm mm/s m/s km/h m² m³ m³/h kg/m³ N/mm²'
).split(' ')
const WORDS: Readonly<Record<string, string>> = {
  liter: 'l',
  litre: 'l',
  liters: 'l',
  litres: 'l',
  kilometer: 'km',
  kilometers: 'km',
  kilometres: 'km',
  kilogramm: 'kg',
  kilograms: 'kg',
}
/** Units that are no other word: `min` may be a minimum, and `A` a group. */
const CERTAIN = [
  'mg',
  'kg',
  'mm',
  'cm',
  'km',
  'ml',
  '°C',
  '°F',
  'kW',
  'Wh',
  'kWh',
  'MWh',
  'GWh',
  'hPa',
  'kPa',
  'MPa',
  'GPa',
  'kHz',
  'mbar',
  'mm/s',
  'm/s',
  'km/h',
]
const IN_BRACKETS = /^(.*?)\s*[[(]([^\])]+)[\])]\s*$/
const LAST_WORD = /^(.*\S)[\s_-]+(\S+)$/
const SPEED = /[\s_](mm|m|km)[_/](s|h)$/i
const TEMPERATURE = /^(.*temp(?:erature?)?)[\s_.-]*°?([cf])$/i
const LASTING = /(?:dauer|duration|time|zeit|stillstand|delay|downtime|runtime)$/i
/** Behind these words, too, `ms` are milliseconds; behind others it may be m/s. */
const ANSWERING = /(?:latency|latenz|response|elapsed|ping|timeout|lag)$/i
/** Behind these words `ms` is m/s, and never milliseconds. */
const SPEEDING = /(?:speed|velocity|wind|geschwindigkeit|vitesse)$/i
const CAPACITY = /(?:volume|volumen|capacity|inhalt|fuellmenge|füllmenge|contenance)$/i
const SIZING = /(?:size|memory|storage|disk|traffic|größe|groesse|speicher|taille)$/i
const BYTES = new Map(['kB', 'MB', 'GB', 'TB'].map((unit) => [unit.toLowerCase(), unit]))
const MEASURING =
  /(?:distance|length|height|depth|altitude|elevation|entfernung|strecke|länge|laenge|höhe|hoehe)$/i
const PRESSING = /(?:druck|pressure)$/i
const AMOUNT = /(?:amount|cost|costs|net|gross|total|value|fee|betrag|kosten|netto|brutto|wert|summe)$/i
/** Behind these words a currency is not the unit: the amounts are thousands or millions of it. */
const SCALING = /(?:^|[\s(_])(?:k|t|tsd|mio|mrd|mln|thousands?|millions?|milliers|miles)\.?$/i
/** The preposition of a unit, as in `Gewicht in kg` and `Prix (en kg)`. */
const PREPOSITION = /^(?:in|en|em)\s+/i
const LAST_PREPOSITION = /\s+(?:in|en|em)$/i
const FIRST = /^(km|kwh|kg)[\s_-]+\S/i
const PERCENT = 'percent'

const CURRENCIES = Intl.supportedValuesOf('currency')
let codesOfSigns: ReadonlyMap<string, string> | undefined

/** A sign of letters that are no word in a heading, such as zł and Kč; empty for others, such as K and kr. */
function ownSign(currency: string): string {
  const parts = new Intl.NumberFormat('en', {
    style: 'currency',
    currency,
    currencyDisplay: 'narrowSymbol',
  }).formatToParts(0)
  const sign = parts.find(({ type }) => type === 'currency')?.value ?? ''
  return /[^\x20-\x7e]/.test(sign) && /\p{L}/u.test(sign) ? sign : ''
}

/** The first currency with each sign; made once, when a text may be a sign, because every currency is asked for its own. */
function codeOfSign(sign: string): string {
  codesOfSigns ??= new Map(
    CURRENCIES.toReversed().flatMap((code) => [
      [signOfCurrency(code), code],
      [ownSign(code), code],
    ]),
  )
  return codesOfSigns.get(sign) ?? ''
}

const NAMES = new Intl.DisplayNames('en', { type: 'currency' })
let codesOfNames: ReadonlyMap<string, string> | undefined

/** The currency with a sign of its own and this one word as its name; empty for other words. */
function codeOfName(word: string): string {
  // Names of others are words as well: the sucre of Ecuador is sugar.
  codesOfNames ??= new Map(
    CURRENCIES.filter((code) => signOfCurrency(code) !== code).map((code) => [
      NAMES.of(code)?.toLowerCase() ?? '',
      code,
    ]),
  )
  return codesOfNames.get(word.toLowerCase()) ?? ''
}

/** The code of a currency, of its name of one word, or of a sign that only one currency has; empty for other texts. */
export function currencyCode(text: string): string {
  if (CURRENCIES.includes(text)) return text
  if (/^[a-z ]+$/i.test(text)) return codeOfName(text)
  return text ? codeOfSign(text) : ''
}

/** Codes that are words or abbreviations, too: they are currencies in brackets only. */
const WORDS_TOO = 'ALL AMD ANG BAM BOB COP CUP CVE GEL MAD MOP PEN PHP SOS TOP'.split(' ')

const CODES = new Map(CERTAIN.map((unit) => [unit.toLowerCase(), unit]))

/**
 * The unit at the end or the beginning of a heading of numbers, as in `Stillstand (min)`, `Distance km` and
 * `spindle_temp_c`; empty for other words, such as `Temp min`.
 */
export function headingUnit(heading: string): HeadingUnit {
  const text = heading.trim()
  const whole = CODES.get(text.toLowerCase()) ?? WORDS[text.toLowerCase()]
  if (whole) return { title: '', unit: whole }
  const [, before = '', inside = ''] = IN_BRACKETS.exec(text) ?? []
  if (inside) return { title: before, unit: unitInBrackets(inside.trim().replace(PREPOSITION, '')) }
  const [, temperature = '', scale = ''] = TEMPERATURE.exec(text) ?? []
  if (temperature) return { title: titleOf(temperature), unit: `°${scale.toUpperCase()}` }
  const speed = SPEED.exec(text)
  if (speed)
    return { title: titleOf(text.slice(0, speed.index)), unit: `${speed[1]}/${speed[2]}`.toLowerCase() }
  const [, rest = '', last = ''] = LAST_WORD.exec(text) ?? []
  const unit = unitBehind(rest, last)
  if (unit) return { title: titleOf(rest), unit }
  return (
    currencyInside(text) ?? { title: '', unit: CODES.get((FIRST.exec(text)?.[1] ?? '').toLowerCase()) ?? '' }
  )
}

const WORD = /(?<![\p{L}\d])[A-Za-z]{3}(?![\p{L}\d])/gu

/** The one code of a currency between other words, as in `Cost SEK excl. tax`. */
function currencyInside(text: string): HeadingUnit | undefined {
  const codes = [...text.matchAll(WORD)].flatMap(({ 0: word, index }) => {
    const before = text.slice(0, index).replace(/[\s_([-]+$/, '')
    const unit = SCALING.test(before) ? '' : codeBehind(before, word)
    return unit ? [{ unit, before, behind: text.slice(index + word.length).replace(/^[)\]]/, '') }] : []
  })
  const [code] = codes
  if (!code || codes.length > 1 || !(code.before + code.behind)) return undefined
  return {
    title: titleOf(`${code.before.replace(LAST_PREPOSITION, '')}${code.behind}`.trim()),
    unit: code.unit,
  }
}

/** A code as a word of a heading: in capitals, or in lower case behind an amount or if the currency has a sign. */
function codeBehind(rest: string, word: string): string {
  const code = word.toUpperCase()
  if (!CURRENCIES.includes(code) || WORDS_TOO.includes(code)) return ''
  const isLower = word === word.toLowerCase()
  return word === code || (isLower && (AMOUNT.test(rest) || signOfCurrency(code) !== code)) ? code : ''
}

function unitInBrackets(text: string): string {
  if (UNITS.includes(text)) return text
  return text === '%' ? PERCENT : currencyCode(text)
}

function unitBehind(rest: string, last: string): string {
  if (!rest) return ''
  if (last === '%' || /^(?:pct|percent)$/i.test(last)) return PERCENT
  if (last === 'ms' && SPEEDING.test(rest)) return 'm/s'
  if (last === 'ms' && (LASTING.test(rest) || ANSWERING.test(rest))) return last
  if (last === 'l' && CAPACITY.test(rest)) return last
  if (last === 'min' && LASTING.test(rest)) return last
  if (last === 'm' && MEASURING.test(rest)) return last
  const bytes = SIZING.test(rest) && BYTES.get(last.toLowerCase())
  if (bytes) return bytes
  if (last === 'bar' && PRESSING.test(rest)) return last
  if (SCALING.test(rest)) return ''
  const certain = CODES.get(last.toLowerCase()) ?? WORDS[last.toLowerCase()]
  return certain ?? (codeBehind(rest, last) || (CURRENCIES.includes(last) ? '' : currencyCode(last)))
}

/** The words of a heading such as `spindle_temp`; one with spaces stays as it is. */
function titleOf(text: string): string {
  const words = /\s/.test(text) ? text : text.replaceAll('_', ' ')
  return words
    .replace(/[\s_,-]+$/, '')
    .replace(LAST_PREPOSITION, '')
    .replace(/^./, (first) => first.toUpperCase())
}

const SYMBOL =
  /(?<![A-Za-z])(?:[kMGTmcdhn]?(?:Pa|Wh?|Vh?|VA|VAh|Ah?|Hz|J|N|Nm|Bq|Gy|Sv)|dBA?|pH)(?![A-Za-z])/g

/** A heading whose units are one word, since the capital in `kWh` begins none. */
export const withPlainUnits = (heading: string): string =>
  heading.replace(SYMBOL, (unit) => unit.toLowerCase())
