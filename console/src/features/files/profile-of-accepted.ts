import type { Schemas } from '../../api/client'

type Column = Schemas['ColumnProfile']
type Row = Pick<Schemas['RejectedRow'], 'all_rules' | 'column' | 'correction'>

/** The columns in which a row was refused, by its rules such as `["type:amount", "required:sku"]`. */
function brokenColumns({ all_rules: rules, column }: Row): string[] {
  try {
    const codes = JSON.parse(rules) as string[]
    return [...new Set(codes.map((code) => code.slice(code.indexOf(':') + 1)))]
  } catch {
    return [column]
  }
}

/** A profile with shares of the accepted rows only, and without refused values that were corrected since. */
export function ofAcceptedRows(columns: Column[], rows: Row[]): Column[] {
  const corrected = rows.filter(({ correction }) => correction === 'accepted').flatMap(brokenColumns)
  return columns.map((column) => {
    const [all, missing, invalid] = ['rows', 'missing', 'invalid'].map((name) =>
      Number(column.facts[name] ?? 0),
    ) as [number, number, number]
    const settled = Math.min(invalid, corrected.filter((name) => name === column.name).length)
    const accepted = all - invalid
    const share = missing > 0 && accepted > 0 ? { missing_share: String(missing / accepted) } : {}
    return {
      ...column,
      facts: { ...column.facts, rows: all - settled, invalid: invalid - settled, ...share },
    }
  })
}
