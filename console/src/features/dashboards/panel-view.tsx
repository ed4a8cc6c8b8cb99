import { Anchor, Button, Group, SegmentedControl, Stack, Text } from '@mantine/core'
import { lazy, Suspense, useMemo, useState } from 'react'

import type { Schemas } from '../../api/client'
import { bytes, count, csvLine, download, usd } from '../../api/format'
import { type Result, useContract, useResult } from '../../api/queries'
import { Grid } from '../../components/grid'
import { NoRows } from '../../components/no-rows'
import { Panel } from '../../components/panel'
import { Answered, Waiting } from '../../components/states'

const Chart = lazy(() => import('./chart'))
const HEIGHTS: Record<string, number> = { fan: 340, map: 420 }

type View = 'chart' | 'table' | 'SQL' | 'definition'

/** A question with its chart, table, SQL and definition. All show the one answer. */
export function PanelView({ panel, system }: { panel: Schemas['Panel']; system: string }) {
  const drawn = panel.kind !== 'table'
  const [view, setView] = useState<View>(drawn ? 'chart' : 'table')
  const result = useResult(panel.sql)
  const views: View[] = drawn ? ['chart', 'table', 'SQL', 'definition'] : ['table', 'SQL', 'definition']
  return (
    <Panel
      title={panel.question}
      actions={
        <Group gap="xs">
          <SegmentedControl
            size="xs"
            data={views}
            value={view}
            onChange={setView}
            aria-label={`View of ${panel.name}`}
          />
          <Button
            size="compact-xs"
            variant="default"
            disabled={!result.data}
            onClick={() => result.data && save(panel.name, result.data)}
          >
            Download CSV
          </Button>
        </Group>
      }
    >
      <Answered of={result} what="the answer">
        {(answer) => <View view={view} panel={panel} answer={answer} system={system} />}
      </Answered>
    </Panel>
  )
}

function save(name: string, answer: Result): void {
  download(`${name}.csv`, [csvLine(answer.columns.map((column) => column.name)), ...answer.rows.map(csvLine)])
}

function View({
  view,
  panel,
  answer,
  system,
}: {
  view: View
  panel: Schemas['Panel']
  answer: Result
  system: string
}) {
  const shown = useMemo(
    () => ({ panel, columns: answer.columns.map((column) => column.name), rows: answer.rows }),
    [panel, answer],
  )
  if (view === 'SQL') return <Statement sql={panel.sql} answer={answer} />
  if (view === 'definition') return <Definition table={panel.table} system={system} columns={shown.columns} />
  if (answer.rows.length === 0) return <NoRows system={system} table={panel.table} />
  if (view === 'table')
    return (
      <Grid
        columns={answer.columns}
        rows={{ length: answer.rows.length, at: (index) => answer.rows[index] }}
        height={340}
        label={panel.question}
        isSummary={panel.kind === 'table'}
      />
    )
  return (
    <Suspense fallback={<Waiting what="the chart" />}>
      <Chart shown={shown} height={HEIGHTS[panel.kind] ?? 300} />
    </Suspense>
  )
}

function Statement({ sql, answer }: { sql: string; answer: Result }) {
  return (
    <Stack gap="xs">
      <pre className="sql scroll" tabIndex={0}>
        {sql}
      </pre>
      <Text size="xs" className="muted">
        {count(answer.rows.length, 'row')}, {bytes(answer.query.scanned_bytes)} scanned,{' '}
        {usd(answer.query.cost_usd)}
      </Text>
      <Anchor size="sm" href={`#/query?sql=${encodeURIComponent(sql)}`}>
        Open in the editor
      </Anchor>
    </Stack>
  )
}

function Definition({ table, system, columns }: { table: string; system: string; columns: string[] }) {
  const contract = useContract('prod', table)
  return (
    <Answered of={contract} what="the contract">
      {(found) => (
        <Stack gap="xs">
          <Text size="sm">
            <Anchor href={`#/tables/${system}/${table}`}>{table}</Anchor>: {found.description}
          </Text>
          <dl style={{ margin: 0 }}>
            {found.column_list
              .filter((column) => columns.includes(column.name))
              .map((column) => (
                <div key={column.name}>
                  <dt style={{ fontWeight: 600 }}>{column.name}</dt>
                  <dd
                    className="muted"
                    style={{ margin: '0 0 4px 0', fontSize: 'var(--mantine-font-size-sm)' }}
                  >
                    {column.description}
                  </dd>
                </div>
              ))}
          </dl>
        </Stack>
      )}
    </Answered>
  )
}
