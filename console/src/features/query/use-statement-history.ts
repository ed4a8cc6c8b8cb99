import { useEffect, useMemo, useState } from 'react'

import { useCaller } from '../../api/queries'
import { keepStatements, lastStatements, type LastStatement, withNewest } from './last-statements'
import type { Result } from './results'

/** The statements that the caller ran last in this browser, and how a further one is kept. */
export function useStatementHistory() {
  const person = useCaller().data?.name ?? ''
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
  return { statements, keep }
}
