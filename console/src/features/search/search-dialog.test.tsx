// @vitest-environment happy-dom
import { MantineProvider } from '@mantine/core'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { cleanup, fireEvent, render, screen } from '@testing-library/react'
import { useState } from 'react'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'

import { connect } from '../../api/client'
import SearchDialog from './search-dialog'

const KEY = { name: 'part_id', type: 'varchar', primary_key: true, personal: false }
const TABLE = { name: 'parts', database: 'curated', system: '', columns: [KEY] }
const NEW_TABLE = { ...TABLE, name: 'bolts' }
const FILES = ['a', 'b'].map((name) => ({
  file_id: name,
  key: `${name}-536009.csv`,
  dataset: 'parts',
  accepted: 6,
  finished_at: '2026-01-02T10:00:00',
}))

const SAVED = { name: 'Parts by week', sql: 'select 1', kind: 'table', x: '', y: [], series: '', by: 'ana' }

let statements: string[]
let answerRows: (() => void) | undefined
let hasFailed: boolean
let hasNoRows: boolean
let files: object[]

beforeEach(() => {
  statements = []
  answerRows = undefined
  hasFailed = false
  hasNoRows = false
  files = [...FILES]
  sessionStorage.clear()
  connect({ apiUrl: '', token: () => Promise.resolve(''), signOut: () => undefined })
  const answers: [string, unknown][] = [
    [
      '/v1/catalog/contents',
      {
        tables: [
          { name: 'parts', system: '', rows: 3 },
          { name: 'bolts', system: '', rows: 0 },
        ],
      },
    ],
    ['/v1/catalog', { tables: [TABLE, NEW_TABLE] }],
    ['/v1/contracts', { contracts: [] }],
    ['/v1/systems', { systems: [] }],
    ['/v1/questions', { questions: [] }],
    ['/v1/kept-questions', { questions: [SAVED, { ...SAVED, name: 'Parts of ben', by: 'ben' }] }],
    ['/v1/model-cards', { cards: [{ name: 'wear', system: 'own', tables: ['part_wear'], predicts: '' }] }],
    ['/v1/dashboards', { dashboards: [] }],
    ['/v1/runs', { runs: [] }],
    ['/v1/files', { files, next_cursor: '' }],
    ['/v1/me', { name: 'ana', groups: ['operator'] }],
    ['/rows', { columns: [{ name: 'dataset', type: 'varchar' }], rows: [['parts']], next_cursor: '' }],
    ['/v1/queries', { query_id: 'q', state: 'succeeded', first_rows: 0 }],
  ]
  vi.stubGlobal('fetch', async (url: string, { body }: RequestInit) => {
    if (typeof body === 'string') {
      statements.push((JSON.parse(body) as { sql: string }).sql)
      await new Promise<void>((resolve) => {
        answerRows = resolve
      })
      if (hasFailed) return new Response('{"status": 422, "detail": "refused"}', { status: 422 })
    }
    if (hasNoRows && url.includes('/rows'))
      return new Response(JSON.stringify({ columns: [], rows: [], next_cursor: '' }))
    return new Response(JSON.stringify(answers.find(([part]) => url.includes(part))?.[1] ?? {}))
  })
})
afterEach(() => {
  cleanup()
  vi.unstubAllGlobals()
})

function Dialog() {
  const [typed, setTyped] = useState('')
  const nothing = () => undefined
  return <SearchDialog typed={typed} onType={setTyped} onFocus={nothing} onClose={nothing} />
}

async function type(text: string): Promise<HTMLElement> {
  const queries = new QueryClient({ defaultOptions: { queries: { retry: false } } })
  render(
    <QueryClientProvider client={queries}>
      <MantineProvider env="test">
        <Dialog />
      </MantineProvider>
    </QueryClientProvider>,
  )
  const field = await screen.findByRole('combobox')
  await vi.waitFor(() => expect(queries.getQueryData(['catalog'])).toBeDefined())
  fireEvent.change(field, { target: { value: text } })
  return field
}

test('an id is looked for beside the word that names its dataset, with a sign until it was', async () => {
  await type('part 536009')
  expect((await screen.findByRole('status')).textContent).toMatch(/reading the rows …$/i)
  await vi.waitFor(() => expect(answerRows).toBeDefined(), 3000)
  expect(screen.getByRole('status').textContent).toMatch(/reading the rows …$/i)
  expect(statements[0]).toContain("'536009'")
  answerRows?.()
  expect(await screen.findByRole('option', { name: /^Part 536009/ })).toBeTruthy()
  await vi.waitFor(() => expect(screen.queryByRole('status')).toBeNull())
})

const chosen = () => screen.getByRole('option', { selected: true }).textContent

test('rows that come in late do not move a choice', async () => {
  const field = await type('536009')
  await screen.findByRole('option', { name: /^b-536009/ })
  fireEvent.keyDown(field, { key: 'ArrowDown' })
  expect(chosen()).toMatch(/^b-536009/)
  await vi.waitFor(() => expect(answerRows).toBeDefined(), 3000)
  answerRows?.()
  await screen.findByRole('option', { name: /row with this id/ })
  expect(chosen()).toMatch(/^b-536009/)
  fireEvent.keyDown(field, { key: 'ArrowUp' })
  expect(chosen()).toMatch(/^a-536009/)
})

test('a dataset without rows, whose table is not made yet, is in no statement', async () => {
  await type('536009')
  await vi.waitFor(() => expect(statements.length).toBeGreaterThan(0), 3000)
  expect(statements.join()).toContain('parts')
  expect(statements.join()).not.toContain('bolts')
})

test('rows that could not be read are said so, and not to be none', async () => {
  hasFailed = true
  await type('part 777123')
  await vi.waitFor(() => expect(answerRows).toBeDefined(), 3000)
  answerRows?.()
  await vi.waitFor(() =>
    expect(screen.getByRole('status').textContent).toMatch(
      /^The rows of the lake could not be read just now/,
    ),
  )
})

test('an id whose statement fails leads to no row', async () => {
  hasFailed = true
  await type('536009')
  await vi.waitFor(() => expect(answerRows).toBeDefined(), 3000)
  answerRows?.()
  await screen.findByRole('option', { name: /^b-536009/ })
  expect(screen.queryByRole('option', { name: /row with this id/ })).toBeNull()
})

test('a number of a card and a date are in no statement', async () => {
  const card = '4111 1111 1111 1111'
  for (const typed of [card.replaceAll(' ', '-'), card, `order ${card}`, 'part 078 05 1120', '2026-11-28']) {
    await type(typed)
    await new Promise((resolve) => setTimeout(resolve, 1000))
    cleanup()
  }
  expect(statements).toEqual([])
})

test('a saved question of the person is a result, that of another person is not', async () => {
  await type('parts')
  await screen.findByRole('option', { name: /^Parts by week/ })
  expect(screen.queryByRole('option', { name: /^Parts of ben/ })).toBeNull()
})

test('a model card is a result', async () => {
  await type('model card')
  const option = await screen.findByRole('option', { name: /^Model card: Part wear/ })
  fireEvent.click(option)
  await vi.waitFor(() => expect(window.location.hash).toBe('#/models/wear'))
})

test('rows that were accepted after the newest run are named, with the button that starts the next one', async () => {
  await type('777123')
  await vi.waitFor(() => expect(answerRows).toBeDefined(), 3000)
  expect(screen.queryByText(/after the next run/)).toBeNull()
  hasNoRows = true
  answerRows?.()
  expect(await screen.findByText('12 rows of Parts can be looked up after the next run.')).toBeTruthy()
  expect(screen.getByRole('button', { name: 'Start the run' })).toBeTruthy()
})

test('of many datasets with such rows three are named, and the others on demand', async () => {
  for (const dataset of ['bolts', 'nuts', 'gears', 'rods'])
    files.push({ ...FILES[0], file_id: dataset, key: dataset, dataset })
  hasNoRows = true
  await type('777123')
  await vi.waitFor(() => expect(answerRows).toBeDefined(), 3000)
  answerRows?.()
  const rest = await screen.findByRole('button', { name: '2 more datasets' })
  expect(rest.parentElement?.textContent).toMatch(/Nuts and 2 more datasets can be looked up after/)
  fireEvent.click(rest)
  expect(screen.getByText(/Gears, .* of Rods can be looked up after/)).toBeTruthy()
})

test('a way that has no page says who does it', async () => {
  await type('add a user')
  fireEvent.click(await screen.findByRole('option', { name: /^Add a user/ }))
  expect(screen.getByText(/headgate users add/)).toBeTruthy()
})
