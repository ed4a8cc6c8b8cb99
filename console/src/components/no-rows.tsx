import { Anchor } from '@mantine/core'

import { tableAddress } from '../formats/addresses'
import { useHealth, useRuns } from '../features/lake/queries'
import { useTable } from '../features/catalog/queries'
import { heading } from '../formats/words'
import { Empty, Waiting } from './states'
import { whyEmpty } from './why-empty'

interface Props {
  system: string
  table: string
  /** Whether the filters of the page narrow the question. */
  isNarrowed?: boolean
  /** What is said of a table that has rows, in place of why none of them answers. */
  nothing?: string
  /** What is said of a published table without a row, in place of the cause: a list of findings is empty where all is well. */
  nothingAtAll?: string
}

/** Why a question about a table has no rows, and what to do: its cause is looked up, and not guessed. A table of no system is built by no run. */
export function NoRows({ system, table, isNarrowed = false, nothing = '', nothingAtAll = '' }: Props) {
  const detail = useTable(system, table)
  const runs = useRuns()
  // Freshness is that of the newest file, and unknown without one.
  const freshness = useHealth().data?.checks.find(({ name }) => name === 'freshness')
  if (isNarrowed) return <Empty>No row fits the chosen filters. Change them, or show all.</Empty>
  if (!system) return <Empty>No row fits the statement today.</Empty>
  if (nothing && (detail.data?.rows ?? 0) > 0) return <Empty>{nothing}</Empty>
  if (nothingAtAll && detail.data?.version && detail.data.rows === 0) return <Empty>{nothingAtAll}</Empty>
  if (detail.isPending || runs.isPending) return <Waiting what="the cause" />
  const ended = runs.data?.runs.find((run) => !['running', 'pending'].includes(run.state))
  const current = detail.data ?? { version: 'unknown', rows: 1, as_of: '' }
  const cause = whyEmpty(
    {
      rows: current.version ? current.rows : undefined,
      as_of: current.as_of,
      run: ended,
      hasNoFile: freshness?.state === 'unknown',
    },
    { name: heading(table), href: tableAddress(system, table) },
  )
  return (
    <Empty>
      {cause.why} <Anchor href={cause.href}>{cause.remedy}</Anchor>
    </Empty>
  )
}
