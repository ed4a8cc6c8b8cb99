import { masking, outermost } from './statement-clauses'

interface Column {
  name: string
  unit?: string
  kind?: '' | 'name' | 'mean'
}

/** An item of a SELECT: the name that it gives its column, and its expression without that name. */
interface Item {
  name: string
  expression: string
}

/** Functions whose results are no parts of a whole. */
const NOT_A_PART =
  /\b(?:avg|max|min|max_by|min_by|median|approx_percentile|approx_distinct|geometric_mean|stddev\w*|var(?:iance|_pop|_samp)|corr|any_value|arbitrary)\s*\(|\bcount\s*\(\s*distinct\b/i
/** A quotient, unless the divisor is a number, as in an amount in thousands. */
const QUOTIENT = /\/(?!\s*[\d.])/
/** Names of numbers that are no parts of a whole, for columns whose expression is not in the statement. */
const NAMED =
  /(?:^|_)(?:avg|average|mean|median|min|max|minimum|maximum|share|ratio|rate|percent|percentage|pct|probability|score|distinct)(?:_|$)/i
const UNITS = new Set(['share', 'percent', 'probability', 'score', 'rank'])
const PLAIN = /^(?:\w+\.)*"?(\w+)"?$/
const SUM = /\bsum\s*\((?:[^()]|\([^()]*\))*\)/gi
const SUMMED = /^(?:sum|count|count_if)\s*\(/i

/**
 * The columns of a statement that must not be added up over its rows: averages, largest and smallest values, quotients and
 * counts of different values.
 *
 * @example unaddable('SELECT day, avg(price) AS paid FROM t GROUP BY 1', [{ name: 'day' }, { name: 'paid' }]) // {'paid'}
 */
export function unaddable(sql: string, columns: Column[]): ReadonlySet<string> {
  const [outer = [], ...inner] = selects(sql)
  const isInOrder = outer.length === columns.length && !outer.some(({ expression }) => /\*$/.test(expression))
  const isWhole = ({ name, unit = '', kind }: Column, at: number): boolean => {
    if (kind === 'mean' || UNITS.has(unit)) return true
    const own = isInOrder ? outer[at] : outer.find((item) => item.name === name.toLowerCase())
    const read = own ? PLAIN.exec(own.expression)?.[1]?.toLowerCase() : name.toLowerCase()
    // A column of an inner SELECT is what that one computes.
    const items = read === undefined ? [own] : inner.flat().filter((item) => item.name === read)
    const computed = items.filter((item) => item !== undefined && !PLAIN.test(item.expression))
    if (computed.some((item) => item && isNoPart(item.expression))) return true
    const isSummed = computed.length > 0 && computed.every((item) => item && SUMMED.test(item.expression))
    return !isSummed && NAMED.test(name)
  }
  return new Set(columns.filter(isWhole).map(({ name }) => name))
}

/** A sum of quotients is a sum. */
const isNoPart = (expression: string): boolean =>
  NOT_A_PART.test(expression) || QUOTIENT.test(expression.replace(SUM, 'total'))

/** The items of each SELECT of a statement, those of the outermost one first. */
function selects(sql: string): Item[][] {
  const masked = outermost(sql)
  const own = [...masked.matchAll(/\bselect\b/gi)].map((start) => {
    const from = start.index + start[0].length
    const end = /\b(?:from|union|intersect|except|where|order\s+by|limit)\b|;|$/i.exec(masked.slice(from))
    return itemsOf(sql, masked, from, from + (end?.index ?? 0))
  })
  const inner = bracketsOf(sql).filter((part) => /^\s*(?:select|with)\b/i.test(part))
  return [...own, ...inner.flatMap(selects)]
}

function itemsOf(sql: string, masked: string, from: number, until: number): Item[] {
  const commas = [...masked.slice(from, until).matchAll(/,/g)].map(({ index }) => from + index)
  const starts = [from, ...commas.map((at) => at + 1)]
  const clean = sql.replace(/'[^']*'|--[^\n]*|\/\*[\s\S]*?\*\//g, (part) => ' '.repeat(part.length))
  return starts.map((start, at) => {
    const text = clean
      .slice(start, commas[at] ?? until)
      .replace(/^\s*(?:distinct|all)\b/i, '')
      .trim()
    const named = /^([\s\S]+?)\s+(?:as\s+)?"?(\w+)"?$/i.exec(text)
    const expression = named?.[1] ?? text
    return { name: (named?.[2] ?? PLAIN.exec(text)?.[1] ?? '').toLowerCase(), expression }
  })
}

/** What is in the outermost brackets of a statement. */
function bracketsOf(sql: string): string[] {
  const masked = masking(sql)
  const parts: string[] = []
  let [depth, from] = [0, 0]
  for (let at = 0; at < masked.length; at += 1) {
    if (masked[at] === '(') {
      depth += 1
      if (depth === 1) from = at + 1
    } else if (masked[at] === ')') {
      depth -= 1
      if (depth === 0) parts.push(sql.slice(from, at))
    }
  }
  // A function's brackets may have a SELECT in brackets of its own.
  return parts.flatMap((part) =>
    /^\s*(?:select|with)\b/i.test(part) || !part.includes('(') ? [part] : bracketsOf(part),
  )
}
