// @vitest-environment happy-dom
import { MantineProvider } from '@mantine/core'
import { cleanup, render, screen } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { MemoryRouter } from 'react-router'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'

import type { Schemas } from '../../api/client'
import { FileList, fileTitle, originalOf, countLine } from './file-list'

const file = (number: number): Schemas['FileSummary'] => ({
  file_id: `id${number}`,
  key: `payments/${number}.csv`,
  dataset: 'payments',
  state: 'done',
  size_bytes: 2000,
  received_at: '2026-11-24T03:00:00',
  finished_at: '2026-11-24T03:00:02',
  received: 1200,
  accepted: 1190,
  quarantined: 7,
  ignored: 0,
  same_key: 0,
  duplicates: 3,
  corrected: 0,
  rows: 1200,
  acceptance: 'ok',
  quality_score: 0.98,
  duplicate_of: '',
  content_sha256: '',
  closed_by: '',
  period: '',
})
const FILES = Array.from({ length: 10_000 }, (_, number) => file(number))

beforeEach(() => {
  vi.spyOn(HTMLElement.prototype, 'clientHeight', 'get').mockReturnValue(520)
  vi.spyOn(HTMLElement.prototype, 'clientWidth', 'get').mockReturnValue(1200)
})
afterEach(() => {
  cleanup()
  vi.restoreAllMocks()
})

const show = (address = '/') =>
  render(
    <MantineProvider>
      <MemoryRouter initialEntries={[address]}>
        <FileList files={FILES} isComplete isReading={false} onNearEnd={() => undefined} />
      </MemoryRouter>
    </MantineProvider>,
  )

test('ten thousand files are a list of the rows in view', () => {
  show()
  expect(screen.getAllByRole('row').length).toBeLessThan(40)
  expect(screen.getByTestId('files-shown').textContent).toBe('10,000 files')
  expect(screen.getByRole('link', { name: 'payments/0.csv' }).getAttribute('href')).toBe('#/files/id0')
})

test('a file is named by what is in it where its own name says nothing', () => {
  const part = { key: 'orders/dt=2010-12-09/part-00010.parquet', dataset: 'orders' }
  expect(fileTitle({ ...part, period: '2010-12-01/2010-12-09' })).toBe('Orders, 1 Dec 2010 to 9 Dec 2010')
  expect(fileTitle({ ...part, period: '' })).toBe('Orders')
  expect(
    fileTitle({ key: 'products/lieferant.csv', dataset: 'products', period: '2025-12-31/2025-12-31' }),
  ).toBe('lieferant.csv')
})

test('a file that came into another folder says its dataset in its second and last line', () => {
  const files = [{ ...file(1), key: 'uploads/readings.csv', dataset: 'meter_readings' }]
  render(
    <MantineProvider>
      <MemoryRouter>
        <FileList files={files} isComplete isReading={false} onNearEnd={() => undefined} />
      </MemoryRouter>
    </MantineProvider>,
  )
  const link = screen.getByRole('link', { name: 'uploads/readings.csv' })
  expect([...link.children].map(({ textContent }) => textContent)).toEqual([
    'readings.csv',
    'Meter readings, in uploads/',
  ])
})

test('corrected rows say of which file they are', () => {
  const id = '0f9a1b2c3d4e5f60718293a4b5c6d7e8'
  const letters = id.replace(/\d/g, (digit) => String.fromCharCode(103 + Number(digit)))
  const original = { ...file(1), file_id: id, key: 'products/lieferant.csv' }
  const key = `products/corrections/${letters}-npip.csv`
  expect(originalOf({ key }, [file(0), original])?.key).toBe('products/lieferant.csv')
  expect(originalOf({ key: 'products/lieferant.csv' }, [original])).toBeUndefined()
})

test('an undone file keeps the counts that it had', () => {
  const before = { received: 63, accepted: 57, quarantined: 3, duplicates: 3 }
  const undone = { ...file(1), state: 'reverted' as const, received: 0, accepted: 0, before_undo: before }
  render(
    <MantineProvider>
      <MemoryRouter initialEntries={['/?file=id1']}>
        <FileList files={[undone]} isComplete isReading={false} onNearEnd={() => undefined} />
      </MemoryRouter>
    </MantineProvider>,
  )
  expect(screen.getByRole('dialog').textContent).toContain(
    '63 received = 57 accepted + 3 duplicates + 3 refused',
  )
})

test('rows that were corrected are no longer called refused, and rows of an unmapped file are counted', () => {
  const corrected = { ...file(1), quarantined: 2, corrected: 1 }
  const unmapped = { ...file(2), state: 'needs_mapping' as const, received: 0, accepted: 0, duplicates: 0 }
  const files = [corrected, { ...unmapped, quarantined: 0, acceptance: null, rows: 40 }]
  render(
    <MantineProvider>
      <MemoryRouter initialEntries={['/?file=id1']}>
        <FileList files={files} isComplete isReading={false} onNearEnd={() => undefined} />
      </MemoryRouter>
    </MantineProvider>,
  )
  expect(screen.getAllByText('1 row waits').length).toBeGreaterThan(1)
  expect(screen.getByRole('dialog').textContent).toContain('2 refused: 1 corrected, 1 waits')
  expect(screen.getByRole('cell', { name: '2 (1 corrected, 1 waits)' })).toBeTruthy()
  expect(screen.getByRole('cell', { name: '40' })).toBeTruthy()
})

test('on a phone the corrections of files have the file and the moment', () => {
  vi.stubGlobal('matchMedia', () => ({
    matches: true,
    addEventListener: vi.fn(),
    removeEventListener: vi.fn(),
  }))
  const id = 'ab'.repeat(16)
  const key = (letters: string) => `payments/corrections/${id}-${letters}.csv`
  const files = [
    { ...file(1), key: key('ab'), received_at: '2026-11-30T04:12:00' },
    { ...file(2), key: key('ba'), received_at: '2026-11-29T04:10:00' },
    { ...file(3), key: 'payments/olives.csv', file_id: id },
  ]
  render(
    <MantineProvider>
      <MemoryRouter>
        <FileList files={files} isComplete isReading={false} onNearEnd={() => undefined} />
      </MemoryRouter>
    </MantineProvider>,
  )
  const [first, second] = screen.getAllByRole('link').map(({ textContent }) => textContent)
  expect(first).toMatch(/^olives\.csvcorrected .*:12$/)
  expect(second).toMatch(/^olives\.csvcorrected .*:10$/)
  vi.unstubAllGlobals()
})

test('a row with the key of another row is no duplicate in the list either', () => {
  render(
    <MantineProvider>
      <MemoryRouter initialEntries={['/?file=id1']}>
        <FileList
          files={[{ ...file(1), same_key: 1 }]}
          isComplete
          isReading={false}
          onNearEnd={() => undefined}
        />
      </MemoryRouter>
    </MantineProvider>,
  )
  expect(screen.getByRole('dialog').textContent).toContain(
    '1,190 accepted + 2 duplicates + 1 with the key of another row + 7 refused',
  )
  expect(screen.getByRole('cell', { name: '2 (+ 1 same key)' })).toBeTruthy()
})

test('a row opens the story of its file', async () => {
  show()
  await userEvent.click(screen.getAllByRole('cell', { name: '1,190' })[0] as HTMLElement)
  const story = await screen.findByRole('dialog', { name: 'payments/0.csv' })
  expect(story.textContent).toContain('1,200 received = 1,190 accepted + 3 duplicates + 7 refused')
})

test('a link opens the story of its file', async () => {
  show('/?file=id3')
  expect(await screen.findByRole('dialog', { name: 'payments/3.csv' })).toBeTruthy()
})

test('a file with refused rows does not read done alone, neither in the list nor in its story', async () => {
  show('/?file=id3')
  expect(screen.queryByText('done')).toBeNull()
  expect(screen.getAllByText('7 rows wait').length).toBeGreaterThan(1)
  expect((await screen.findByRole('dialog')).textContent).toContain('7 rows wait')
})

test('rows of a replaced file and refused corrections do not wait in a list on a phone', () => {
  const file = {
    key: 'products/a.csv',
    state: 'done',
    closed_by: '',
    quarantined: 3,
    corrected: 2,
    ignored: 0,
    accepted: 53,
  } as const
  expect(countLine(file)).toBe('1 waits')
  expect(countLine({ ...file, closed_by: 'f2' })).toBe('53 accepted')
  const id = 'a'.repeat(32)
  expect(countLine({ ...file, key: `products/corrections/${id}-b.csv`, corrected: 0, accepted: 0 })).toBe('')
})

test('a heading orders a complete list of files, and the address keeps the order', async () => {
  const files = [file(1), { ...file(2), accepted: 900 }, { ...file(3), accepted: 2000 }]
  render(
    <MantineProvider>
      <MemoryRouter initialEntries={['/?sort=accepted']}>
        <FileList files={files} isComplete isReading={false} onNearEnd={() => undefined} />
      </MemoryRouter>
    </MantineProvider>,
  )
  const listed = () => screen.getAllByRole('link').map((link) => link.getAttribute('href')?.slice(-1))
  expect(listed()).toEqual(['2', '1', '3'])
  await userEvent.click(screen.getByRole('button', { name: /Accepted$|Accepted ↑/ }))
  expect(listed()).toEqual(['1', '2', '3'])
  await userEvent.click(screen.getByRole('button', { name: '= Accepted' }))
  expect(listed()).toEqual(['3', '1', '2'])
})

test('a list of which a part is read has no order but its own', () => {
  render(
    <MantineProvider>
      <MemoryRouter initialEntries={['/?sort=accepted']}>
        <FileList files={FILES} isComplete={false} isReading={false} onNearEnd={() => undefined} />
      </MemoryRouter>
    </MantineProvider>,
  )
  expect(screen.queryByRole('button', { name: '= Accepted' })).toBeNull()
})
