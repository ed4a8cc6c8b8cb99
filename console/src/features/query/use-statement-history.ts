import { useEffect, useMemo, useState } from 'react'

import { personOfLake } from '../../api/client'
import { useCaller } from '../../api/queries'
import {
  keepDraft,
  keepStatements,
  lastStatements,
  type LastStatement,
  statementDraft,
  withNewest,
} from './last-statements'
import type { Result } from './results'

/** The statements that the caller ran last in this browser, the one that they were writing before this page began, and how further ones are kept; `written` is what they write now. */
export function useStatementHistory(written: string | undefined) {
  const name = useCaller().data?.name
  const person = name ? personOfLake(name) : ''
  const [ran, setRan] = useState<LastStatement[]>([])
  // A statement may be answered before the API has named the caller.
  useEffect(() => {
    if (person && ran.length > 0) keepStatements(person, ran)
  }, [person, ran])
  const statements = useMemo(() => withNewest(ran, person ? lastStatements(person) : []), [ran, person])
  function keep({ rows, next }: Result, sql: string): void {
    const statement = { sql, at: Date.now(), rows: rows.length, hasMore: next !== '' }
    setRan((before) => withNewest([statement], before))
  }
  /** Keeps a statement that begins to run or that another one replaces, unless it is in the list. */
  function leave(sql: string): void {
    if (!sql.trim() || statements.some((statement) => statement.sql.trim() === sql.trim())) return
    setRan((before) => withNewest([{ sql, at: Date.now(), hasMore: false }], before))
  }
  // It is read before the first effect replaces it.
  const draft = useMemo(() => (person ? statementDraft(person) : ''), [person])
  useEffect(() => {
    if (person && written !== undefined) keepDraft(person, written)
  }, [person, written])
  const isListed = statements.some(({ sql }) => sql.trim() === draft.trim())
  return { statements, keep, leave, draft, unrunDraft: isListed ? '' : draft.trim() }
}
