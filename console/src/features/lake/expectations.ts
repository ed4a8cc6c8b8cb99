import { count } from '../../api/format'
import { ruleWords } from '../../formats/rules'
import { queryAddress, quoted, quotedName } from '../../formats/sql'
import { columnTitle, heading } from '../../formats/words'

/** A failed expectation of a dataset, as a run's cause names it. */
export interface Expectation {
  dataset: string
  words: string
  /** Keys of a few of the rows that fail. */
  keys: string[]
}

const FAILED = /^(?:([\w.-]+): )?([^:]+): ([^:]+?) broken by ([\d,]+) rows?(?: \(keys? (.+)\))?$/

/** A reason as a sentence: which column of which dataset breaks which rule, in how many rows. Any other reason stays as it is. */
export function expectationOf(reason: string, before = ''): Expectation {
  const [, qualifiedName = '', column = '', rule = '', rows = '', keys = ''] = FAILED.exec(reason) ?? []
  if (!column) return { dataset: before, words: reason, keys: [] }
  const dataset = (qualifiedName || before).split('.').at(-1) ?? ''
  const place =
    column === 'table'
      ? ''
      : column
          .split(', ')
          .map((name) => columnTitle(name))
          .join(' and ')
  const broken = `${ruleWords(rule.trim(), place)} in ${count(Number(rows.replaceAll(',', '')), 'row')}`
  return {
    dataset,
    words: dataset ? `${heading(dataset)}: ${broken}` : broken,
    keys: keys ? keys.split(', ') : [],
  }
}

/** The reasons of a failure; a reason that names no dataset is one of the dataset before it. */
export function expectationsOf(reasons: string[]): Expectation[] {
  let dataset = ''
  return reasons.map((reason) => {
    const expectation = expectationOf(reason, dataset)
    dataset = expectation.dataset
    return expectation
  })
}

/** The address of the page Query with the rows of some keys, as the table has them. */
export function rowsOfKeys(
  table: { database: string; name: string; columns: { name: string; type: string; primary_key: boolean }[] },
  keys: string[],
): string {
  const [key, ...others] = table.columns.filter((column) => column.primary_key)
  if (!key || others.length > 0 || keys.length === 0) return ''
  const sql = `SELECT *\nFROM ${table.database}.${table.name}\nWHERE CAST(${quotedName(key.name)} AS varchar) IN (${keys.map(quoted).join(', ')})`
  return queryAddress(sql)
}
