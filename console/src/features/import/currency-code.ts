import { signOfCurrency } from '../../api/format'

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
