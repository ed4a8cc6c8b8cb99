// @vitest-environment happy-dom
import { MantineProvider } from '@mantine/core'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { cleanup, fireEvent, render, screen } from '@testing-library/react'
import type { ReactNode } from 'react'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'

import { connect } from '../../api/client'
import { DraftColumnsTable, NameInput } from './draft-columns-table'

beforeEach(() =>
  connect({ apiUrl: 'http://api', token: () => Promise.resolve('t'), signOut: () => undefined }),
)

afterEach(() => {
  cleanup()
  vi.unstubAllGlobals()
})

const page = (content: ReactNode) =>
  render(
    <QueryClientProvider client={new QueryClient()}>
      <MantineProvider>{content}</MantineProvider>
    </QueryClientProvider>,
  )

test('typed kana stay in the field, and the name that they have by their sound is proposed', async () => {
  const asked: string[] = []
  vi.stubGlobal('fetch', (url: string) => {
    asked.push(url)
    return Promise.resolve(Response.json({ name: 'uriage' }))
  })
  const onName = vi.fn()
  page(<NameInput label="Name of the dataset" name="sales" onName={onName} />)
  const field = screen.getByLabelText<HTMLInputElement>('Name of the dataset')
  fireEvent.change(field, { target: { value: 'うりあげ' } })
  expect(field.value).toBe('うりあげ')
  fireEvent.click(await screen.findByText('Use uriage'))
  expect(onName).toHaveBeenCalledWith('uriage')
  expect(field.value).toBe('sales')
  expect(asked[0]).toContain(`/v1/plain-names?text=${encodeURIComponent('うりあげ')}`)
})

test('a name in another script is refused with the rule, and the name before stays', () => {
  const onChange = vi.fn()
  const column = {
    name: 'column_1',
    heading: '名称',
    type: 'VARCHAR(9)',
    required: true,
    key: false,
    unit: '',
  }
  page(
    <DraftColumnsTable
      columns={[column]}
      inFile={['名称']}
      order={undefined}
      onChange={onChange}
      onLeaveOut={vi.fn()}
    />,
  )
  const name = screen.getByLabelText('Name of column 1')
  fireEvent.change(name, { target: { value: '名前' } })
  expect(onChange).not.toHaveBeenCalled()
  expect(screen.getByText(/Only letters a to z/)).toBeTruthy()
  fireEvent.change(name, { target: { value: 'Room name' } })
  expect(onChange).toHaveBeenCalledWith(0, { ...column, name: 'room_name' })
  expect(screen.queryByText(/Only letters a to z/)).toBeNull()
})

test('a name of a dataset in another script is refused with the rule, too, and not emptied', () => {
  const onName = vi.fn()
  page(<NameInput label="Name of the dataset" name="sales" onName={onName} isLabelShown />)
  fireEvent.change(screen.getByLabelText('Name of the dataset'), { target: { value: '売上' } })
  expect(onName).not.toHaveBeenCalled()
  expect(screen.getByText(/Only letters a to z/)).toBeTruthy()
})

test('a column whose values are hidden says by which rule', () => {
  const column = { name: 'karta', heading: 'Karta', type: 'VARCHAR(9)', required: true, key: false, unit: '' }
  page(
    <DraftColumnsTable
      columns={[column, { ...column, name: 'kod', heading: 'Kod' }]}
      inFile={['Karta', 'Kod']}
      hidden={{ Karta: 'they look like card numbers' }}
      order={undefined}
      onChange={vi.fn()}
      onLeaveOut={vi.fn()}
    />,
  )
  const [first, second] = screen.getAllByRole('row').slice(1)
  expect(first?.textContent).toContain('Its values are not shown: they look like card numbers.')
  expect(second?.textContent).not.toContain('not shown')
})
