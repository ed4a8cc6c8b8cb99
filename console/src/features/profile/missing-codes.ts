import { count, withoutZeroExponent } from '../../api/format'
import type { Facts } from './sample-words'

/** Numbers that surveys write where there is no answer, such as -99 in SPSS and Qualtrics. */
const NEGATIVE_CODE = /^-(?:7{2,4}|8{2,4}|9{2,4})(?:\.0+)?$/
/** Words for no answer, in English, German and the files of programs. */
const NO_ANSWER =
  /^(?:n\/?a|n\.a\.|#n\/a|null|none|nan|nil|k\.\s?a\.?|keine angabe|no answer|not applicable|prefer not to (?:say|answer)|unknown|unbekannt|weiß nicht|don'?t know|-{1,3}|\?|-(?:7{2,4}|8{2,4}|9{2,4}))$/i

interface Valued {
  value: string
  count: number
}

/** The frequent values that often mean that a value is missing, each in words. */
export function missingCodes(facts: Facts, isNumber: boolean): string[] {
  const top = (facts.top ?? []) as Valued[]
  const codes = top.filter(({ value }) =>
    isNumber ? NEGATIVE_CODE.test(value) && isOnlyNegative(value, facts) : NO_ANSWER.test(value.trim()),
  )
  return codes.map(
    ({ value, count: rows }) => `${withoutZeroExponent(value)} in ${count(rows, 'row')} may mean no answer`,
  )
}

/** Whether a code stands alone below zero: temperatures and balances have other negative values. */
function isOnlyNegative(value: string, facts: Facts): boolean {
  const low = Number((facts.quantiles as Record<string, string> | undefined)?.['0.25'] ?? facts.median)
  return Number(value) === Number(facts.min) && (low >= 0 || low === Number(value))
}
