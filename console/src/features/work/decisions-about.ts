import type { Schemas } from '../../api/client'
import { quoted } from '../../formats/sql'
import { useCatalog } from '../catalog/queries'
import { type Result, useResult } from '../query/results'
import { MOST_DECISIONS, useDecisions } from './queries'

type Decision = Schemas['Decision']

/** The statement for all decisions about an item; empty where SQL does not read them. */
export function statementOfDecisions(
  tables: Pick<Schemas['CatalogTable'], 'name' | 'database'>[],
  queue: string,
  item: string,
): string {
  const table = tables.find(({ name }) => name === 'decisions')
  if (!table) return ''
  const of = `queue = ${quoted(queue)} AND item_id = ${quoted(item)}`
  return `SELECT * FROM ${table.database}.decisions WHERE ${of} ORDER BY decided_at DESC`
}

/** The decisions of such an answer, with moments as the API writes them. */
export const decisionsInRows = ({ columns, rows }: Result): Decision[] =>
  rows.map((row) => {
    const texts = columns.map(({ name }, at): [string, string] => [name, String(row[at] ?? '')])
    const decision = Object.fromEntries(texts) as unknown as Decision
    return { ...decision, decided_at: decision.decided_at.replace(' ', 'T') }
  })

/**
 * The decisions of a queue about an item, the newest first; undefined while they are read.
 *
 * The API lists the newest decisions of a queue. Where it has more, a statement reads the older ones.
 */
export function useDecisionsAbout(queue: string, item: string) {
  const catalog = useCatalog()
  const newest = useDecisions(queue).data?.decisions
  const isCut = (newest?.length ?? 0) >= MOST_DECISIONS
  const statement = isCut ? statementOfDecisions(catalog.data?.tables ?? [], queue, item) : ''
  const answer = useResult(statement)
  const own = newest?.filter(({ item_id }) => item_id === item) ?? []
  const read = answer.data ? decisionsInRows(answer.data) : []
  const older = read.filter(({ decision_id }) => !own.some((one) => one.decision_id === decision_id))
  const isReading = !newest || (isCut && (catalog.isPending || (statement !== '' && answer.isPending)))
  return {
    decisions: isReading ? undefined : [...own, ...older],
    /** Whether older decisions may be missing. */
    isPartial: isCut && !isReading && !answer.data,
  }
}
