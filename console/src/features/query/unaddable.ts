import type { AnswerColumn } from '../../formats/columns'
import { itemsByColumn, PLAIN, selects } from './statement-items'

type Column = Pick<AnswerColumn, 'name' | 'unit' | 'label' | 'kind' | 'adds_up'>

/** Functions whose results are no parts of a whole. */
const NOT_A_PART =
  /\b(?:avg|max|min|max_by|min_by|median|approx_percentile|approx_distinct|geometric_mean|stddev\w*|var(?:iance|_pop|_samp)|corr|any_value|arbitrary)\s*\(|\bcount\s*\(\s*distinct\b/i
/** A quotient, unless the divisor is a number, as in an amount in thousands. */
const QUOTIENT = /\/(?!\s*[\d.])/
/** Names of numbers that are no parts of a whole, for columns whose expression is not in the statement. */
const NAMED =
  /(?:^|_)(?:avg|average|mean|median|min|max|minimum|maximum|share|ratio|rate|percent|percentage|pct|probability|score|rank|recency|since|ago|age|distinct|per|each)(?:_|$)|^unit_/i
/** A title such as `Since the last order`. */
const TITLED = /^(?:(?:days|weeks|months|years|hours) )?since\b|\bago$/i
/** The time from a moment until now. */
const AGE = /\bdate_diff\s*\(.*\b(?:current_date|current_timestamp|now\s*\()/is
const UNITS = new Set(['share', 'percent', 'probability', 'score', 'rank', 'ratio'])
/** Units of which no sum says anything, such as `days since the last order` and `standard deviations`. */
const UNSUMMED = /^\w+ since\b|^standard deviations?$/
/** A unit such as `USD per 1,000 people`; amounts per period add up over everything but time. */
const PER_THING = / per (?!(?:period|second|minute|hour|day|week|month|quarter|year)\b)/
const SUM = /\bsum\s*\((?:[^()]|\([^()]*\))*\)/gi
const SUMMED = /^(?:sum|count|count_if)\s*\(/i

/**
 * The columns of a statement that must not be added up over its rows: averages, largest and smallest values, quotients,
 * counts of different values, times since something, ranks, and what its contract does not add up, such as the price of one piece.
 *
 * @example unaddable('SELECT day, avg(price) AS paid FROM t GROUP BY 1', [{ name: 'day' }, { name: 'paid' }]) // {'paid'}
 */
export function unaddable(sql: string, columns: Column[]): ReadonlySet<string> {
  const [outer = [], ...inner] = selects(sql)
  const own = itemsByColumn(
    outer,
    columns.map(({ name }) => name),
  )
  const isWhole = ({ name, unit = '', kind, adds_up: adds, label = '' }: Column, at: number): boolean => {
    if (
      kind === 'mean' ||
      adds === false ||
      UNITS.has(unit.split(' ')[0] ?? '') ||
      PER_THING.test(unit) ||
      UNSUMMED.test(unit)
    )
      return true
    const item = own[at]
    const read = item ? PLAIN.exec(item.expression)?.[1]?.toLowerCase() : name.toLowerCase()
    // A column of an inner SELECT is what that one computes.
    const items = read === undefined ? [item] : inner.flat().filter((item) => item.name === read)
    const computed = items.filter((item) => item !== undefined && !PLAIN.test(item.expression))
    if (computed.some((item) => item && isNoPart(item.expression))) return true
    const isSummed = computed.length > 0 && computed.every((item) => item && SUMMED.test(item.expression))
    return !isSummed && (NAMED.test(name) || TITLED.test(label))
  }
  return new Set(columns.filter(isWhole).map(({ name }) => name))
}

/** A sum of quotients is a sum. */
function isNoPart(expression: string): boolean {
  const summed = expression.replace(SUM, 'total')
  return NOT_A_PART.test(expression) || AGE.test(summed) || QUOTIENT.test(summed)
}
