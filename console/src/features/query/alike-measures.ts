import { currencyOf, UNITS_OF_A_FIGURE } from '../../api/format'
import { type AnswerColumn, isTimeUnit } from '../../formats/columns'

type Column = Pick<AnswerColumn, 'name' | 'type' | 'unit'>

const WHOLE = /^(?:big|small|tiny)?int/i
/** The unit of a count, such as `orders`. */
const THINGS = /^[a-z]{3,}s$/
const COUNT = 'count'

/** What an axis of a measure has: an amount of one currency, a share, a count of things; empty where nothing says it. */
function quantityOf({ unit = '', type }: Column): string {
  if (!unit) return WHOLE.test(type) ? COUNT : ''
  if (currencyOf(unit) || UNITS_OF_A_FIGURE.has(unit) || isTimeUnit(unit)) return unit
  return THINGS.test(unit) ? COUNT : unit
}

/** The measures that one axis can have, and those of other quantities: days and money have none together. */
export function alikeMeasures(columns: Column[], y: string[]): { alike: string[]; others: string[] } {
  const quantities = new Map(columns.map((column) => [column.name, quantityOf(column)]))
  const first = y.map((name) => quantities.get(name)).find(Boolean)
  const isAlike = (name: string): boolean => !quantities.get(name) || quantities.get(name) === first
  return { alike: y.filter(isAlike), others: y.filter((name) => !isAlike(name)) }
}
