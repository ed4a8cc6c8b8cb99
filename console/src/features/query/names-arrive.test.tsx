// @vitest-environment happy-dom
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { cleanup, render, screen } from '@testing-library/react'
import { useMemo } from 'react'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'

import { connect } from '../../api/client'
import { useStatementFormats } from './statement-formats'
import { useAnswerLabels, useAnswerUnits } from '../../formats/columns'
import { testColumn, testTable } from '../../formats/test-tables'

const TABLES = [
  testTable('harbours', [testColumn('harbour_id', { primary_key: true }), testColumn('harbour_name')]),
  testTable('ships', [testColumn('home', { references: 'harbours.harbour_id' })]),
]
const COLUMNS = [
  { name: 'harbour_id', type: 'varchar', unit: '', label: '' },
  { name: 'ships', type: 'bigint', unit: '', label: '' },
]
const ROWS = [
  ['X-NOR', '3'],
  ['X-SUD', '2'],
]
/** The name of the port X-SUD; another one in each test, because a page keeps the names that it has read. */
let southern = 'South Harbour'

let release: (failed?: boolean) => void = () => undefined

beforeEach(() => {
  connect({ apiUrl: 'http://api', token: () => Promise.resolve('t'), signOut: () => undefined })
  let gate = new Promise<boolean>((resolve) => (release = (failed = false) => resolve(failed)))
  vi.stubGlobal('fetch', async (url: string | URL | Request) => {
    const path = String(url)
    if (path.includes('/v1/catalog')) return Response.json({ tables: TABLES })
    if (path.includes('/rows')) {
      const failed = await gate
      gate = Promise.resolve(false)
      if (failed) return Response.json({ title: 'Busy', status: 503 }, { status: 503 })
      const columns = [
        { name: 'harbour_id', type: 'varchar' },
        { name: 'harbour_name', type: 'varchar' },
      ]
      return Response.json({
        columns,
        rows: [
          ['X-NOR', 'North Harbour'],
          ['X-SUD', southern],
        ],
        next_cursor: '',
      })
    }
    if (path.includes('/v1/queries'))
      return Response.json({ query_id: 'n', state: 'succeeded', sql: '', scanned_bytes: 0, cost_usd: '0' })
    return Response.json({ checks: [] })
  })
})
afterEach(cleanup)

/** What the rows of the answer show in their first column, on Query or in the panel of a table. */
function Cells({ table }: { table: string }) {
  const units = useAnswerUnits(table, COLUMNS)
  const formats = useStatementFormats(COLUMNS, ROWS, units, useAnswerLabels('', COLUMNS))
  const cells = useMemo(() => ROWS.map(([code = '']) => formats[0]?.text(code)), [formats])
  return cells.map((text) => <p key={text}>{text}</p>)
}

const show = (table = '') =>
  render(
    <QueryClientProvider client={new QueryClient({ defaultOptions: { queries: { retry: false } } })}>
      <Cells table={table} />
    </QueryClientProvider>,
  )

test.each([
  { table: '', name: 'South Harbour' },
  { table: 'ships', name: 'South Port' },
])(
  'an answer that is shown gets the names of its codes as soon as they are read',
  async ({ table, name }) => {
    southern = name
    show(table)
    await screen.findByText(/X-SUD/)
    expect(screen.queryByText(`${name} (X-SUD)`)).toBeNull()
    release()
    await screen.findByText('North Harbour (X-NOR)')
    await screen.findByText(`${name} (X-SUD)`)
  },
)

test('names whose reading failed are read again while the answer is shown', async () => {
  southern = 'South Dock'
  show()
  release(true)
  await screen.findByText('South Dock (X-SUD)', {}, { timeout: 8000 })
}, 15_000)
